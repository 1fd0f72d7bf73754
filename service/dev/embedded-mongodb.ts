import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findMongod, type Program } from "./mongod-binary.ts";
import { freePort, untilListening } from "./free-port.ts";

/** A MongoDB-protocol server for tests and for work on the service. */
export interface MongoServer {
  /** Connection string; without a database, where it is not `MONGODB_URI`. */
  readonly uri: string;
  /** What serves, for a report. */
  readonly kind: string;
  /** Stops and starts it with its data; missing where the server is somebody else's. */
  readonly process?: { stop(): Promise<void>; start(): Promise<void> };
  /** Ends it, and deletes its data if they are temporary. */
  close(): Promise<void>;
}

/** How {@link startMongoDB} serves. */
export interface MongoOptions {
  /** Folder that keeps the data. @default a temporary one, which `close` deletes */
  readonly directory?: string;
  /** Whether a terminal's Ctrl-C leaves the server alone, for `close` to end it. @default false */
  readonly outlivesInterrupt?: boolean;
}

/**
 * `MONGODB_URI`, else a server of our own, on a free port: a `mongod` on PATH, mongodb-memory-server's, or the
 * stand-in from PyPI. It ends with this process at the latest.
 * @throws {Error} when there is no program for it, or when it does not serve within 30 s
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
      // Windows would open a window for it.
      detached: outlivesInterrupt && process.platform !== "win32",
    });
    child.on("error", (error) => {
      died.abort(error);
    });
    child.on("exit", (code, signal) => {
      died.abort(new Error(`${program.kind} ended (${signal ?? `exit code ${code}`}); its data: ${folder}`));
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
    await exited;
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
 * glibc's tunables with rseq registered by glibc. From Linux 6.19 on MongoDB 8 needs it; other systems ignore it.
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
