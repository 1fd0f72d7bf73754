import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { Option } from "commander";
import { urlHost } from "../../infra/cluster/url-host.ts";
import { startMongoDB, type MongoServer } from "../../service/dev/embedded-mongodb.ts";
import { addressInUse, freePortFrom, localhost } from "../../service/dev/free-port.ts";
import { UserError } from "../process/user-error.ts";
import { wholeNumber } from "../terminal/cli-command.ts";
import { readableLine } from "../logs/readable-line.ts";
import { reloading, type ServiceProcess } from "./reload.ts";

const project = join(import.meta.dirname, "../..");

/** Milliseconds after which a started service should answer. */
const startTimeoutMs = 30_000;

/** Reachable only from this machine. */
const loopback = "127.0.0.1";

/** Options of {@link serveLocally}. */
export interface LocalOptions {
  /** Address that the service listens on. */
  readonly host: string;
  /** Port of the service on this address. */
  readonly port: number;
  /** Folder of the embedded MongoDB's documents. */
  readonly directory: string;
  /** Whether to restart the service when its code changes. */
  readonly reload: boolean;
}

/** Options of `npm start` and `npm run dev`. */
export type LocalFlags = Omit<LocalOptions, "reload">;

/** The options for {@link LocalFlags}, with their environment variables. */
export function localFlags(): Option[] {
  const folder = (path: string) => resolve(project, path);
  return [
    new Option("--host <address>", "Address that the service listens on; 0.0.0.0 for every address.")
      .env("HOST")
      .argParser((address: string) => address || loopback)
      .default(loopback),
    new Option("--port <port>", "Port of the service.")
      .env("PORT")
      .argParser(wholeNumber(1, 65_535))
      .default(3000),
    new Option("--directory <folder>", "Folder of the embedded MongoDB's documents, relative to the project.")
      .env("DATA_DIRECTORY")
      .argParser(folder)
      .default(folder(".data"), ".data"),
  ];
}

/**
 * Runs the service with an embedded MongoDB until Ctrl-C or until the service ends. Leaves no process running.
 * @throws {UserError} the port is in use, MongoDB does not start, or the service ended
 */
export async function serveLocally({ host, port, directory, reload }: LocalOptions): Promise<void> {
  await requireFree(host, port, reload ? "npm run dev" : "npm start");
  const interrupt = onInterrupt();
  const mongo = await embedded(directory);
  console.log(`MongoDB: ${mongo.kind}${mongo.process ? `, ${mongo.uri}, documents in ${directory}` : ""}`);
  const start = () => startService(host, port, mongo);
  const service = reload ? reloading(start, join(project, "service")) : start();
  try {
    await Promise.race([interrupt(), requireService(service), announce(host, port)]);
  } finally {
    await service.stop();
    await mongo.close();
  }
}

/** localhost has two addresses, and both must be free: a browser may use the one that another program occupies. */
async function requireFree(host: string, port: number, command: string): Promise<void> {
  const address = reachable(host);
  const addresses = address === loopback ? localhost : [address];
  const taken = await addressInUse(port, addresses);
  if (taken === undefined) return;
  const other = await freePortFrom(port + 1, addresses);
  throw new UserError(
    `Port ${port} is in use on ${urlHost(taken)}. ` +
      `Stop the program that listens there, or run: ${command} -- --port ${other}`,
  );
}

/**
 * Until the returned function is called, Ctrl-C ends this process, and the process ends its children. After the call,
 * the first Ctrl-C fulfills the promise, and the second ends this process.
 */
function onInterrupt(): () => Promise<void> {
  const exit = () => {
    process.exit(130);
  };
  let interrupted: () => void = exit;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      interrupted();
    });
  }
  return () =>
    new Promise((resolve) => {
      interrupted = () => {
        interrupted = exit;
        resolve();
      };
    });
}

async function embedded(directory: string): Promise<MongoServer> {
  try {
    return await startMongoDB({ directory, outlivesInterrupt: true });
  } catch (error) {
    const hint = "Install mongod on PATH, or set MONGODB_URI to a connection string.";
    throw new UserError(
      `The embedded MongoDB does not start: ${(error as Error).message.trimEnd()}\n${hint}`,
      {
        cause: error,
      },
    );
  }
}

function startService(host: string, port: number, mongo: MongoServer): ServiceProcess {
  const service = spawn(process.execPath, [join(project, "service/main.ts")], {
    env: {
      ...process.env,
      // No load balancer sends requests here, so the service need not drain.
      DRAIN_MS: "0",
      SHUTDOWN_MS: "2000",
      HOST: host,
      PORT: String(port),
      MONGODB_URI: mongo.process ? `${mongo.uri}/app` : mongo.uri,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  createInterface({ input: service.stdout }).on("line", (line) => {
    console.log(readableLine(line));
  });
  const kill = () => service.kill("SIGTERM");
  process.on("exit", kill);
  const ended = once(service, "exit").then(([code, signal]) => {
    process.off("exit", kill);
    return String(signal ?? `exit code ${code}`);
  });
  return {
    ended,
    async stop() {
      kill();
      await ended;
    },
  };
}

async function requireService({ ended }: ServiceProcess): Promise<never> {
  throw new UserError(`The service ended (${await ended}): its log above says why.`);
}

/** Prints the URL when the service answers, or a message if the service does not answer in time. Never returns. */
async function announce(host: string, port: number): Promise<never> {
  const end = Date.now() + startTimeoutMs;
  const address = reachable(host);
  const url = `http://${address === loopback ? "localhost" : urlHost(address)}:${port}`;
  while (!(await isReady(`http://${urlHost(address)}:${port}`))) {
    if (Date.now() > end) {
      console.error(`${url} does not answer yet: the log above says why.`);
      return await never();
    }
    await sleep(200);
  }
  console.log(`${url} answers. Press Ctrl-C to stop the service.`);
  return await never();
}

/** An address that reaches a server listening on `host`. A server on all addresses includes the loopback address. */
function reachable(host: string): string {
  return ["0.0.0.0", "::", "localhost"].includes(host) ? loopback : host;
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/ready`)).ok;
  } catch {
    return false;
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
