import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { MongoBinary } from "mongodb-memory-server-core";

const run = promisify(execFile);
const cache = join(import.meta.dirname, "../../../node_modules/.cache/koa-mongo-stack");

/** MongoDB that mongodb-memory-server downloads: the series of the stack's own image. */
const mongodVersion = "8.0.15";
/** Speaks MongoDB's protocol, from PyPI: for machines that are refused MongoDB's download. */
const standInVersion = "0.7.0b3";

/** A MongoDB-protocol server for tests. */
export interface MongoServer {
  /** Connection string without a database. */
  readonly uri: string;
  /** What serves, for the test's report. */
  readonly kind: string;
  /** Stops and starts it with its data; missing where the server is somebody else's. */
  readonly process?: { stop(): Promise<void>; start(): Promise<void> };
  /** Ends it and deletes its data. */
  close(): Promise<void>;
}

/** A program, and its arguments for a port and a data directory. */
interface Program {
  readonly kind: string;
  readonly path: string;
  readonly args: (port: number, directory: string) => string[];
}

/** `MONGODB_URI`, else a `mongod` on PATH, else mongodb-memory-server's, else the stand-in from PyPI. */
export async function startMongoDB(): Promise<MongoServer> {
  const uri = process.env.MONGODB_URI;
  if (uri !== undefined) return { uri, kind: "MONGODB_URI", close: () => Promise.resolve() };
  program ??= findProgram();
  return await serve(await program);
}

let program: Promise<Program> | undefined;

async function findProgram(): Promise<Program> {
  return mongodOnPath() ?? (await downloadedMongod()) ?? (await standIn());
}

function mongodOnPath(): Program | undefined {
  const names = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "mongod"));
  const path = names.find((name) => existsSync(name) || existsSync(`${name}.exe`));
  return path === undefined ? undefined : { kind: "mongod on PATH", path, args: mongodArgs };
}

async function downloadedMongod(): Promise<Program | undefined> {
  try {
    const path = await MongoBinary.getPath({ version: mongodVersion, downloadDir: cache });
    return { kind: `mongod ${mongodVersion}`, path, args: mongodArgs };
  } catch (error) {
    console.error(
      `mongod ${mongodVersion} could not be downloaded (${(error as Error).message.split("\n")[0]})`,
    );
    return undefined;
  }
}

function mongodArgs(port: number, directory: string): string[] {
  return ["--port", String(port), "--bind_ip", "127.0.0.1", "--dbpath", directory, "--quiet"];
}

async function standIn(): Promise<Program> {
  const folder = join(cache, `secantusdb-${standInVersion}`);
  const path = join(folder, "bin/secantusd-py");
  if (!existsSync(path)) {
    await run("python3", ["-m", "venv", folder]);
    await run(join(folder, "bin/pip"), ["install", "--quiet", `secantusdb==${standInVersion}`]);
  }
  const args = (port: number, directory: string) => {
    return [
      "--host=127.0.0.1",
      `--port=${port}`,
      `--storage-path=${directory}`,
      "--standalone",
      "--log-level=ERROR",
    ];
  };
  return { kind: `SecantusDB ${standInVersion}`, path, args };
}

async function serve({ kind, path, args }: Program): Promise<MongoServer> {
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), "koa-mongo-stack-"));
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    child = spawn(path, args(port, directory), { stdio: ["ignore", "ignore", "inherit"] });
    await untilListening(port);
  }
  async function stop(): Promise<void> {
    if (child?.exitCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
  }

  await start();
  return {
    uri: `mongodb://127.0.0.1:${port}`,
    kind,
    process: { start, stop },
    async close() {
      await stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A TCP port of the loopback address that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      return;
    } catch {
      await sleep(200);
    } finally {
      socket.destroy();
    }
  }
  throw new Error(`nothing listens on port ${port} after 30 s`);
}
