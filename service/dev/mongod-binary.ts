import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { DryMongoBinary, MongoBinary } from "mongodb-memory-server-core";
import { programOnPath } from "./program-path.ts";

const run = promisify(execFile);
const cache = join(import.meta.dirname, "../../node_modules/.cache/koa-mongo-stack");

/** MongoDB that mongodb-memory-server downloads: the series of the stack's own image. */
const mongodVersion = "8.0.15";
/** Speaks MongoDB's protocol, from PyPI: for machines that are refused MongoDB's download. */
const standInVersion = "0.7.0b3";

/** A program that speaks MongoDB's protocol, and its arguments for a port and a data directory. */
export interface Program {
  /** What it is, for a report. */
  readonly kind: string;
  /** Name of its data format: one can't read the other's. */
  readonly format: "mongod" | "secantusdb";
  readonly path: string;
  readonly args: (port: number, directory: string) => string[];
}

/** A `mongod` on PATH, else mongodb-memory-server's, else the stand-in from PyPI; looked for once. */
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
    const here = await DryMongoBinary.locateBinary(await DryMongoBinary.generateOptions(wanted));
    if (here === undefined) sayFetching(`mongod ${mongodVersion}`);
    const path = await MongoBinary.getPath(wanted);
    return { kind: `mongod ${mongodVersion}`, format: "mongod", path, args: mongodArgs };
  } catch (error) {
    console.error(
      `mongod ${mongodVersion} could not be downloaded (${(error as Error).message.split("\n")[0]})`,
    );
    return undefined;
  }
}

/** It may take minutes: a person should know what for. */
function sayFetching(what: string): void {
  console.error(`Fetching ${what}, which stays in node_modules/.cache.`);
}

function mongodArgs(port: number, directory: string): string[] {
  return ["--port", String(port), "--bind_ip", "127.0.0.1", "--dbpath", directory, "--quiet"];
}

async function standIn(): Promise<Program> {
  const folder = join(cache, `secantusdb-${standInVersion}`);
  const path = join(folder, "bin/secantusd-py");
  if (!existsSync(path)) {
    sayFetching(`SecantusDB ${standInVersion} from PyPI`);
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
