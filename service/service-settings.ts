import { EnvError, makeValidator, cleanEnv, host, port, str } from "envalid";
import { mongo } from "mongoose";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { serverLimits } from "./http/server-limits.ts";
import { parseTrust, type Trust } from "./http/trusted-proxies.ts";

/** Settings from the environment, read once at start. */
export interface Settings {
  /** TCP port to listen on. `PORT`, default 3000. */
  readonly port: number;
  /** Address to listen on. `HOST`, default all addresses. */
  readonly host: string | undefined;
  /** MongoDB connection string, with the name of a database. `MONGODB_URI`, default `mongodb://mongodb:27017/app`. */
  readonly mongodbUri: string;
  /**
   * PEM file with the certificates of the CA that signed MongoDB's certificate. With this file, the connection uses TLS
   * and trusts this CA alone. `MONGODB_CA_FILE`, default none. By default, `MONGODB_URI` decides on TLS, with Node's
   * public CAs.
   */
  readonly mongodbCaFile: string | undefined;
  /** Least severe level that is logged. `LOG_LEVEL`, default `info`. */
  readonly logLevel: string;
  /** Name of the pod or host that answers, as shown on the page. `POD_NAME`, default the host's name. */
  readonly podName: string;
  /** TCP port for Prometheus, on the same address. `METRICS_PORT`, default none, without metrics. */
  readonly metricsPort: number | undefined;
  /**
   * Whether requests are traced, default false. `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`
   * turns tracing on, unless `OTEL_SDK_DISABLED` is true or `OTEL_TRACES_EXPORTER` is none. OpenTelemetry itself reads
   * its other variables.
   */
  readonly isTraced: boolean;
  /** DNS name with one address for each ready pod. The page counts the addresses. `PODS_HOST`, default none. */
  readonly podsHost: string | undefined;
  /** Milliseconds without a request that end the drain after SIGTERM (see drain.ts). `DRAIN_MS`, default 2000. */
  readonly drainMs: number;
  /** Milliseconds that in-flight requests have to finish after the drain. `SHUTDOWN_MS`, default 15000. */
  readonly shutdownMs: number;
  /** Idle timeout in milliseconds, which must be longer than a proxy's own. `KEEP_ALIVE_MS`, default 65000. */
  readonly keepAliveMs: number;
  /** Proxies whose forwarded headers are trusted. `TRUSTED_PROXIES`, default none. */
  readonly trusts: Trust;
  /** Maximum milliseconds from a request to its answer. `DEADLINE_MS`, default 2000. */
  readonly deadlineMs: number;
  /** Bytes of in-flight requests and answers. Further requests wait. `MAX_HELD_BYTES`, default 8 MiB. */
  readonly maxHeldBytes: number;
}

/** Messages never repeat the value, which may contain a password. */
const mongodbUri = makeValidator((input) => {
  try {
    new mongo.MongoClient(input);
  } catch {
    throw new EnvError(
      "must be a connection string that MongoDB's driver accepts, such as mongodb://HOST/DATABASE",
    );
  }
  if (/^[^/]+:\/\/[^/?]+\/[^/?]/.test(input)) return input;
  throw new EnvError(
    "must name the database after the hosts, such as mongodb://HOST/app or mongodb+srv://HOST/app?w=majority. " +
      'Without a name, MongoDB\'s driver writes to the database "test"',
  );
});

const caFile = makeValidator((path) => {
  const text = readText(path);
  if (text.includes("-----BEGIN CERTIFICATE-----")) return path;
  throw new EnvError(`must be a PEM file with certificates, and ${path} has none`);
});

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new EnvError(`must be a readable file: ${(error as Error).message}`);
  }
}

const otlpUrl = makeValidator((input) => {
  // In OpenTelemetry's specification, an empty variable counts as not set.
  if (input === "") return input;
  const { protocol = "" } = URL.parse(input) ?? {};
  if (!/^https?:$/.test(protocol)) {
    throw new EnvError(`must be a URL such as http://collector:4318, not "${input}"`);
  }
  return input;
});

/** Trusts no proxy. */
export const noTrust: Trust = () => false;

const trust = makeValidator((input): Trust => {
  const parsed = parseTrust(input);
  if (parsed !== undefined) return parsed;
  throw new EnvError(
    `must be the number of proxies, or their addresses such as 10.0.0.0/8,loopback, not "${input}"`,
  );
});

const milliseconds = makeValidator((input) => {
  if (!/^\d{1,6}$/.test(input)) {
    throw new EnvError(`must be a whole number of milliseconds from 0 to 999999, not "${input}"`);
  }
  return Number(input);
});

// For Node, 0 means no timeout.
const keepAlive = makeValidator((input) => {
  if (!/^[1-9]\d{3,6}$/.test(input)) {
    throw new EnvError(`must be a whole number of milliseconds from 1000 to 9999999, not "${input}"`);
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
 * Reads and checks all variables.
 * @throws {Error} one error with a line for each invalid variable
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const clean = cleanEnv(
    env,
    {
      PORT: port({ default: 3000 }),
      HOST: host({ default: undefined }),
      MONGODB_URI: mongodbUri({ default: "mongodb://mongodb:27017/app" }),
      MONGODB_CA_FILE: caFile({ default: undefined }),
      LOG_LEVEL: str({
        default: "info",
        choices: ["fatal", "error", "warn", "info", "debug", "trace", "silent"],
      }),
      POD_NAME: str({ default: hostname() }),
      METRICS_PORT: port({ default: undefined }),
      OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl({ default: "" }),
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: otlpUrl({ default: "" }),
      OTEL_SDK_DISABLED: str({ default: "" }),
      OTEL_TRACES_EXPORTER: str({ default: "" }),
      PODS_HOST: host({ default: undefined }),
      TRUSTED_PROXIES: trust({ default: noTrust }),
      DRAIN_MS: milliseconds({ default: 2000 }),
      SHUTDOWN_MS: milliseconds({ default: 15000 }),
      KEEP_ALIVE_MS: keepAlive({ default: serverLimits.keepAliveTimeoutMs }),
      DEADLINE_MS: deadline({ default: 2000 }),
      // The default fits into a pod's memory limit, together with as many bytes of waiting requests.
      MAX_HELD_BYTES: heldBytes({ default: 8 * 1024 * 1024 }),
    },
    {
      reporter({ errors }) {
        throwAll(errors);
      },
    },
  );
  if (clean.METRICS_PORT === clean.PORT) {
    throw new Error(`METRICS_PORT: must differ from PORT, which is ${clean.PORT}`);
  }
  return {
    port: clean.PORT,
    host: clean.HOST,
    mongodbUri: clean.MONGODB_URI,
    mongodbCaFile: clean.MONGODB_CA_FILE,
    logLevel: clean.LOG_LEVEL,
    podName: clean.POD_NAME,
    metricsPort: clean.METRICS_PORT,
    isTraced:
      clean.OTEL_EXPORTER_OTLP_ENDPOINT + clean.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT !== "" &&
      clean.OTEL_SDK_DISABLED.trim().toLowerCase() !== "true" &&
      clean.OTEL_TRACES_EXPORTER.trim() !== "none",
    podsHost: clean.PODS_HOST,
    trusts: clean.TRUSTED_PROXIES,
    drainMs: clean.DRAIN_MS,
    shutdownMs: clean.SHUTDOWN_MS,
    keepAliveMs: clean.KEEP_ALIVE_MS,
    deadlineMs: clean.DEADLINE_MS,
    maxHeldBytes: clean.MAX_HELD_BYTES,
  };
}

function throwAll(errors: Partial<Record<string, Error>>): void {
  const lines = Object.entries(errors).map(([name, error]) => `${name}: ${error?.message ?? "invalid"}`);
  if (lines.length > 0) throw new Error(lines.join("\n"));
}
