import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findMongod, type Program } from "./mongod-binary.ts";
import { freePort, untilListening } from "./free-port.ts";

/** A MongoDB-protocol server for tests and for work on the service. */
export interface MongoServer {
  /** Connection string: `MONGODB_URI`, or one without a database. */
  readonly uri: string;
  /** Description of the server, for messages. */
  readonly kind: string;
  /** Stops and starts the server with its data. Undefined for the server of `MONGODB_URI`. */
  readonly process?: { stop(): Promise<void>; start(): Promise<void> };
  /** Stops a server that this process started, and deletes temporary data. */
  close(): Promise<void>;
}

/** Milliseconds after which a server that does not stop is killed. Its journal keeps the data. */
const stopTimeoutMs = 15_000;

/** Options of {@link startMongoDB}. */
export interface MongoOptions {
  /** Folder of the data. @default a temporary folder, which `close` deletes */
  readonly directory?: string;
  /** Whether the server keeps running after Ctrl-C in a terminal, until `close`. @default false */
  readonly outlivesInterrupt?: boolean;
}

/**
 * Uses the server of `MONGODB_URI`, or starts one on a free port. The program is a `mongod` on PATH, else
 * mongodb-memory-server's, else the stand-in from PyPI. A started server ends with this process at the latest.
 * @throws {Error} if there is no such program, or if the server does not listen within 30 s
 */
export async function startMongoDB(options: MongoOptions = {}): Promise<MongoServer> {
  const uri = process.env.MONGODB_URI;
  if (uri !== undefined) return { uri, kind: "MONGODB_URI", close: () => Promise.resolve() };
  return await serve(await findMongod(), options);
}

async function serve(program: Program, options: MongoOptions): Promise<MongoServer> {
  const { directory, outlivesInterrupt = false } = options;
  const port = await freePort();
  const folder = await dataFolder(program, directory);
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const died = new AbortController();
    child = spawn(program.path, program.args(port, folder), {
      env: { ...process.env, GLIBC_TUNABLES: withRseq(process.env.GLIBC_TUNABLES) },
      stdio: ["ignore", "ignore", "inherit"],
      // On Windows, a detached process would open a window.
      detached: outlivesInterrupt && process.platform !== "win32",
    });
    child.on("error", (error) => {
      died.abort(error);
    });
    child.on("exit", (code, signal) => {
      died.abort(
        new Error(`${program.kind} ended (${signal ?? `exit code ${code}`}). Its data is in ${folder}`),
      );
    });
    process.on("exit", kill);
    try {
      await untilListening(port, died.signal);
    } catch (error) {
      await stop();
      throw error;
    }
  }
  async function stop(): Promise<void> {
    process.off("exit", kill);
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    kill();
    const giveUp = setTimeout(() => child?.kill("SIGKILL"), stopTimeoutMs);
    await exited;
    clearTimeout(giveUp);
  }
  const kill = () => child?.kill("SIGTERM");

  await start();
  return {
    uri: `mongodb://127.0.0.1:${port}`,
    kind: program.kind,
    process: { start, stop },
    async close() {
      await stop();
      if (directory === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Adds the tunable that lets glibc register rseq. MongoDB 8 needs the tunable from Linux 6.19 on.
 * Other systems ignore the tunable.
 * https://jira.mongodb.org/browse/SERVER-121912
 */
function withRseq(tunables = ""): string {
  const others = tunables
    .split(":")
    .filter((tunable) => tunable !== "" && !tunable.startsWith("glibc.pthread.rseq="));
  return [...others, "glibc.pthread.rseq=1"].join(":");
}

async function dataFolder({ format }: Program, directory: string | undefined): Promise<string> {
  if (directory === undefined) return await mkdtemp(join(tmpdir(), "koa-mongo-stack-"));
  const folder = join(directory, format);
  await mkdir(folder, { recursive: true });
  return folder;
}
