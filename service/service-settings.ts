import { EnvError, makeValidator, cleanEnv, host, port, str } from "envalid";
import { mongo } from "mongoose";
import { hostname } from "node:os";

/** What the environment says, read once at start. */
export interface Settings {
  /** TCP port to listen on. `PORT`, default 3000. */
  readonly port: number;
  /** Address to listen on. `HOST`, default every address. */
  readonly host: string | undefined;
  /** MongoDB connection string. `MONGODB_URI`, default `mongodb://mongodb:27017/app`. */
  readonly mongodbUri: string;
  /** Least severe level that is logged. `LOG_LEVEL`, default `info`. */
  readonly logLevel: string;
  /** Name of the pod or host that answers, as shown on the page. `POD_NAME`, default the host's name. */
  readonly podName: string;
  /** TCP port for Prometheus, on the same address. `METRICS_PORT`, default none: then nothing is measured. */
  readonly metricsPort: number | undefined;
  /** Address of an OTLP collector. `OTEL_EXPORTER_OTLP_ENDPOINT`, default none: then nothing is traced. */
  readonly otlpEndpoint: string | undefined;
  /** DNS name with an address for every pod that is ready, which the page counts. `PODS_HOST`, default none. */
  readonly podsHost: string | undefined;
  /** Milliseconds to go on serving after SIGTERM, telling clients to leave. `DRAIN_MS`, default 2000. */
  readonly drainMs: number;
  /** Milliseconds that requests in flight have to finish after that. `SHUTDOWN_MS`, default 15000. */
  readonly shutdownMs: number;
  /** Milliseconds from a request to its answer, at the latest. `DEADLINE_MS`, default 2000. */
  readonly deadlineMs: number;
  /** Bytes of requests and answers that are held at once; more wait for room. `MAX_HELD_BYTES`, default 8 MiB. */
  readonly maxHeldBytes: number;
}

const mongodbUri = makeValidator((input) => {
  try {
    new mongo.MongoClient(input);
    return input;
  } catch {
    // The driver's message repeats the value, which may hold a password.
    throw new EnvError("must be a connection string as MongoDB's driver takes it: mongodb://HOST/DATABASE");
  }
});

const otlpUrl = makeValidator((input) => {
  // OpenTelemetry's specification: an empty variable is one that is not set.
  if (input === "") return input;
  const { protocol = "" } = URL.parse(input) ?? {};
  if (!/^https?:$/.test(protocol)) {
    throw new EnvError(`must be a URL such as http://collector:4318, not "${input}"`);
  }
  return input;
});

const milliseconds = makeValidator((input) => {
  if (!/^\d{1,6}$/.test(input)) {
    throw new EnvError(`must be a whole number of milliseconds from 0 to 999999, not "${input}"`);
  }
  return Number(input);
});

const deadline = makeValidator((input) => {
  if (!/^[1-9]\d{2,4}$/.test(input)) {
    throw new EnvError(`must be a whole number of milliseconds from 100 to 99999, not "${input}"`);
  }
  return Number(input);
});

const heldBytes = makeValidator((input) => {
  if (!/^[1-9]\d{5,9}$/.test(input)) {
    throw new EnvError(`must be a whole number of bytes from 100000 to 9999999999, not "${input}"`);
  }
  return Number(input);
});

/**
 * Reads and checks every variable together.
 * @throws {Error} one error that names every invalid variable, a line each
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const clean = cleanEnv(
    env,
    {
      PORT: port({ default: 3000 }),
      HOST: host({ default: undefined }),
      MONGODB_URI: mongodbUri({ default: "mongodb://mongodb:27017/app" }),
      LOG_LEVEL: str({
        default: "info",
        choices: ["fatal", "error", "warn", "info", "debug", "trace", "silent"],
      }),
      POD_NAME: str({ default: hostname() }),
      METRICS_PORT: port({ default: undefined }),
      OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl({ default: "" }),
      PODS_HOST: host({ default: undefined }),
      DRAIN_MS: milliseconds({ default: 2000 }),
      SHUTDOWN_MS: milliseconds({ default: 15000 }),
      DEADLINE_MS: deadline({ default: 2000 }),
      // A body takes up to five times its bytes while it is parsed and stored: this fits into a pod's 128 MiB.
      MAX_HELD_BYTES: heldBytes({ default: 8 * 1024 * 1024 }),
    },
    {
      reporter({ errors }) {
        throwAll(errors);
      },
    },
  );
  if (clean.METRICS_PORT === clean.PORT) {
    throw new Error(`METRICS_PORT: must be another port than PORT, ${clean.PORT}`);
  }
  return {
    port: clean.PORT,
    host: clean.HOST,
    mongodbUri: clean.MONGODB_URI,
    logLevel: clean.LOG_LEVEL,
    podName: clean.POD_NAME,
    metricsPort: clean.METRICS_PORT,
    otlpEndpoint: clean.OTEL_EXPORTER_OTLP_ENDPOINT === "" ? undefined : clean.OTEL_EXPORTER_OTLP_ENDPOINT,
    podsHost: clean.PODS_HOST,
    drainMs: clean.DRAIN_MS,
    shutdownMs: clean.SHUTDOWN_MS,
    deadlineMs: clean.DEADLINE_MS,
    maxHeldBytes: clean.MAX_HELD_BYTES,
  };
}

function throwAll(errors: Partial<Record<string, Error>>): void {
  const lines = Object.entries(errors).map(([name, error]) => `${name}: ${error?.message ?? "invalid"}`);
  if (lines.length > 0) throw new Error(lines.join("\n"));
}
