import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { DryMongoBinary, MongoBinary } from "mongodb-memory-server-core";
import { programOnPath } from "./program-path.ts";

const run = promisify(execFile);
const cache = join(import.meta.dirname, "../../node_modules/.cache/koa-mongo-stack");

/** MongoDB version that mongodb-memory-server downloads, from the same series as the stack's image. */
const mongodVersion = "8.0.15";
/** Version of SecantusDB (PyPI), which speaks MongoDB's protocol, for machines that can't download MongoDB. */
const standInVersion = "0.7.0b3";

/** A program that speaks MongoDB's protocol, and its arguments for a port and a data directory. */
export interface Program {
  /** Description for messages. */
  readonly kind: string;
  /** Data format. A program can't read data of the other format. */
  readonly format: "mongod" | "secantusdb";
  readonly path: string;
  readonly args: (port: number, directory: string) => string[];
}

/** Finds a `mongod` on PATH, else mongodb-memory-server's, else the stand-in from PyPI. Searches only once. */
export async function findMongod(): Promise<Program> {
  found ??= search();
  return await found;
}

let found: Promise<Program> | undefined;

async function search(): Promise<Program> {
  return mongodOnPath() ?? (await downloadedMongod()) ?? (await standIn());
}

function mongodOnPath(): Program | undefined {
  const path = programOnPath("mongod");
  return path === undefined
    ? undefined
    : { kind: "mongod on PATH", format: "mongod", path, args: mongodArgs };
}

async function downloadedMongod(): Promise<Program | undefined> {
  const wanted = { version: mongodVersion, downloadDir: cache };
  try {
    const installed = await DryMongoBinary.locateBinary(await DryMongoBinary.generateOptions(wanted));
    if (installed === undefined) announceDownload(`mongod ${mongodVersion}`);
    const path = await MongoBinary.getPath(wanted);
    return { kind: `mongod ${mongodVersion}`, format: "mongod", path, args: mongodArgs };
  } catch (error) {
    console.error(`Can't download mongod ${mongodVersion}: ${(error as Error).message.split("\n")[0]}`);
    return undefined;
  }
}

/** A download may take minutes, so the user must see the reason for the wait. */
function announceDownload(what: string): void {
  console.error(`Downloading ${what} to node_modules/.cache.`);
}

function mongodArgs(port: number, directory: string): string[] {
  return ["--port", String(port), "--bind_ip", "127.0.0.1", "--dbpath", directory, "--quiet"];
}

async function standIn(): Promise<Program> {
  const folder = join(cache, `secantusdb-${standInVersion}`);
  const path = join(folder, "bin/secantusd-py");
  if (!existsSync(path)) {
    announceDownload(`SecantusDB ${standInVersion} from PyPI`);
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
  return { kind: `SecantusDB ${standInVersion}`, format: "secantusdb", path, args };
}
