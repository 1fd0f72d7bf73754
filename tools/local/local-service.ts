import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { Option } from "commander";
import { startMongoDB, type MongoServer } from "../../service/dev/embedded-mongodb.ts";
import { freePortFrom, localhost, takenOn } from "../../service/dev/free-port.ts";
import { UserError } from "../process/user-error.ts";
import { wholeNumber } from "../terminal/cli-command.ts";
import { readableLine } from "../logs/readable-line.ts";
import { reloading, type ServiceProcess } from "./reload.ts";

const project = join(import.meta.dirname, "../..");

/** Milliseconds in which a service that was started should answer. */
const promptly = 30_000;

/** How {@link serveLocally} serves. */
export interface LocalOptions {
  /** Port of the service on the loopback address. */
  readonly port: number;
  /** Folder that keeps the embedded MongoDB's documents. */
  readonly directory: string;
  /** Whether the service starts anew when its code changes. */
  readonly reload: boolean;
}

/** What `npm start` and `npm run dev` take. */
export type LocalFlags = Omit<LocalOptions, "reload">;

/** The flags of {@link LocalFlags}, with the environment variables that do the same. */
export function localFlags(): Option[] {
  const folder = (path: string) => resolve(project, path);
  return [
    new Option("--port <port>", "Port of the service on the loopback address.")
      .env("PORT")
      .argParser(wholeNumber(1, 65_535))
      .default(3000),
    new Option("--directory <folder>", "Folder of the embedded MongoDB's documents, seen from the project.")
      .env("DATA_DIRECTORY")
      .argParser(folder)
      .default(folder(".data"), ".data"),
  ];
}

/**
 * Runs the service with an embedded MongoDB until Ctrl-C, or until the service ends, and leaves nothing running.
 * @throws {UserError} there is no free port, no MongoDB, or no service any more
 */
export async function serveLocally({ port, directory, reload }: LocalOptions): Promise<void> {
  await requireFree(port, reload ? "npm run dev" : "npm start");
  const interrupt = onInterrupt();
  const mongo = await embedded(directory);
  console.log(`MongoDB: ${mongo.kind}${mongo.process ? `, ${mongo.uri}, documents in ${directory}` : ""}`);
  const start = () => startService(port, mongo);
  const service = reload ? reloading(start, join(project, "service")) : start();
  try {
    await Promise.race([interrupt(), requireService(service), announce(port)]);
  } finally {
    await service.stop();
    await mongo.close();
  }
}

/** Requires both addresses of localhost: a browser may take the one that another program has. */
async function requireFree(port: number, command: string): Promise<void> {
  const host = await takenOn(port, localhost);
  if (host === undefined) return;
  const other = await freePortFrom(port + 1, localhost);
  throw new UserError(
    `Port ${port} is in use on ${host === "::1" ? "[::1]" : host}. ` +
      `Stop the program that listens there, or run: ${command} -- --port ${other}`,
  );
}

/**
 * Before the returned function is called Ctrl-C ends this process, which ends what it started; afterwards the promise
 * is fulfilled, and a second Ctrl-C ends this process.
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
    const hint = "Put a mongod on PATH, or its connection string into MONGODB_URI.";
    throw new UserError(`No MongoDB starts here: ${(error as Error).message.trimEnd()}\n${hint}`, {
      cause: error,
    });
  }
}

function startService(port: number, mongo: MongoServer): ServiceProcess {
  const service = spawn(process.execPath, [join(project, "service/main.ts")], {
    env: {
      ...process.env,
      // Nobody but the user asks, so there is nobody to wait for when it ends.
      DRAIN_MS: "0",
      SHUTDOWN_MS: "2000",
      HOST: "127.0.0.1",
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

/** Says where the service is once it answers, or that it does not; never returns. */
async function announce(port: number): Promise<never> {
  const end = Date.now() + promptly;
  const url = `http://localhost:${port}`;
  while (!(await isReady(port))) {
    if (Date.now() > end) {
      console.error(`${url} does not answer yet: the log above says why.`);
      return await forever();
    }
    await sleep(200);
  }
  console.log(`${url} answers. Ctrl-C ends it.`);
  return await forever();
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok;
  } catch {
    return false;
  }
}

function forever(): Promise<never> {
  return new Promise(() => undefined);
}
