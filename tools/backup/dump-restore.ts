import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { UserError } from "../process/user-error.ts";
import { database } from "./archive.ts";
import { inPod, passwordFile } from "./pod-exec.ts";
import { meter } from "./byte-counter.ts";
import type { Mongodb } from "./mongodb-pod.ts";

type Say = (line: string) => void;

/** The application's user reads and writes its database: more is not needed. */
function archive({ user }: Mongodb): string[] {
  const asUser = ["--host=127.0.0.1", `--username=${user}`, `--authenticationDatabase=${database}`];
  return [`--config=${passwordFile}`, ...asUser, "--archive", "--gzip", "--numParallelCollections=1"];
}

// 1000 documents at once, its default, can take more memory than the pod has beside MongoDB.
const smallBatches = "--batchSize=100";

/** Writes mongodump's archive to a file that only its owner reads, or over one that is there. */
export async function dump(mongodb: Mongodb, file: string, say: Say): Promise<void> {
  await inPod(mongodb, ["mongodump", ...archive(mongodb), `--db=${database}`], async ({ stdin, stdout }) => {
    stdin.end();
    await pipeline(stdout, meter(say), createWriteStream(file, { mode: 0o600 }));
  });
}

/**
 * Gives an archive to mongorestore.
 * @param drop whether its collections replace those of the same name
 * @returns how many documents it restored, and how many it could not
 */
export async function load(
  mongodb: Mongodb,
  file: string,
  drop: boolean,
  say: Say,
): Promise<{ restored: number; failed: number }> {
  const { size } = await stat(file);
  const only = `--nsInclude=${database}.*`;
  const { lines } = await inPod(
    mongodb,
    ["mongorestore", ...archive(mongodb), smallBatches, only, ...(drop ? ["--drop"] : [])],
    async ({ stdin, stdout }) => {
      stdout.resume();
      await pipeline(createReadStream(file), meter(say, size), stdin);
    },
  );
  // It ends with 0 also where documents failed.
  const told = /(\d+) document\(s\) restored successfully\. (\d+) document\(s\) failed/.exec(
    lines.join("\n"),
  );
  if (told === null) throw new UserError([...lines, "mongorestore did not say what it restored."].join("\n"));
  return { restored: Number(told[1]), failed: Number(told[2]) };
}

/** Names of the collections that have a document. */
export async function filledCollections(mongodb: Mongodb): Promise<string[]> {
  const isFilled = "({ name }) => db.getCollection(name).findOne() !== null";
  const script = `collections.filter(${isFilled}).map(({ name }) => name)`;
  return JSON.parse(await inMongosh(mongodb, script)) as string[];
}

/** Drops the collections that are not among these. */
export async function dropOthers(mongodb: Mongodb, names: readonly string[]): Promise<void> {
  const isOther = `({ name }) => !${JSON.stringify(names)}.includes(name)`;
  await inMongosh(mongodb, `collections.filter(${isOther}).map(({ name }) => db.getCollection(name).drop())`);
}

/** Gives the JSON of an expression's value; `collections` are the database's own. */
async function inMongosh(mongodb: Mongodb, expression: string): Promise<string> {
  const script = [
    `db = connect("mongodb://127.0.0.1/${database}")`,
    `db.auth(${JSON.stringify(mongodb.user)}, JSON.parse(fs.readFileSync("${passwordFile}", "utf8")).password)`,
    `const collections = db.getCollectionInfos().filter(({ name }) => !name.startsWith("system."))`,
    `print(JSON.stringify(${expression}))`,
  ].join("; ");
  const shell = ["mongosh", "--nodb", "--quiet", "--norc", "--eval", script] as const;
  const { value } = await inPod(mongodb, shell, async ({ stdin, stdout }) => {
    stdin.end();
    return await text(stdout);
  });
  return value;
}
