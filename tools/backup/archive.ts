import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { UserError } from "../process/user-error.ts";
import { meter } from "./byte-counter.ts";

/** The application's database, as infra/ makes it. */
export const database = "app";

/** What an archive has of the application's database. */
export interface Contents {
  readonly collections: readonly string[];
  readonly documents: number;
  /** Size of the file. */
  readonly bytes: number;
}

/**
 * Reads an archive to its end, which changes nothing: mongorestore would find out halfway that it is cut off.
 * @throws {UserError} it is not there, not an archive, cut off, damaged, or one of another database
 */
export async function readArchive(file: string, say: (line: string) => void): Promise<Contents> {
  try {
    const { size: bytes } = await stat(file);
    if (bytes === 0) throw new UserError(notAnArchive);
    const contents = await pipeline(
      createReadStream(file),
      meter(say, bytes),
      createGunzip(),
      async (source: AsyncIterable<Buffer>) => await walk(taker(source)),
    );
    return { ...contents, bytes };
  } catch (error) {
    throw new UserError(`${file} ${whatIsWrong(error as Error)}`, { cause: error });
  }
}

function whatIsWrong(error: NodeJS.ErrnoException): string {
  if (error instanceof UserError) return error.message;
  if (error.code === "ENOENT") return "is not there. `npm run backup` makes one.";
  if (error.code === "EISDIR") return "is a folder. Name the archive in it.";
  if (error.code === "Z_BUF_ERROR") return cutOff;
  if (error.message === "incorrect header check") return notAnArchive;
  if (error.code?.startsWith("Z_") === true) return `is damaged (${error.message}). Take another.`;
  return `can't be read: ${error.message}`;
}

const notAnArchive = "is not an archive that `npm run backup` made.";
const cutOff = "is cut off: the end of the archive is missing. Take another.";
const magic = 0x8199e26d;
const terminator = 0xffffffff;

/** Gives so many bytes, or undefined at the end. */
type Take = (size: number) => Promise<Buffer | undefined>;

/** A magic number, and blocks: BSON documents up to a terminator. In the first are versions, then the collections. */
async function walk(take: Take): Promise<Omit<Contents, "bytes">> {
  if ((await take(4))?.readUInt32LE() !== magic) throw new UserError(notAnArchive);
  await inBlock(take);
  const collections: string[] = [];
  const others: string[] = [];
  for (let found = await inBlock(take); found !== "end"; found = await inBlock(take)) {
    if (text(found, "db") === database) collections.push(text(found, "collection"));
    else others.push(text(found, "db"));
  }
  if (collections.length === 0 && others[0] !== undefined) {
    throw new UserError(`is an archive of the database ${others[0]}, not of ${database}.`);
  }
  // In each other is a document that says what the rest belongs to, and the rest.
  let documents = 0;
  for (let head = await item(take); head !== undefined; head = await item(take)) {
    const counts = head !== "end" && text(head, "db") === database;
    while ((await inBlock(take)) !== "end") if (counts) documents++;
  }
  return { collections, documents };
}

async function inBlock(take: Take): Promise<Buffer | "end"> {
  const found = await item(take);
  if (found === undefined) throw new UserError(cutOff);
  return found;
}

async function item(take: Take): Promise<Buffer | "end" | undefined> {
  const size = (await take(4))?.readUInt32LE();
  if (size === undefined) return undefined;
  if (size === terminator) return "end";
  // MongoDB's own limit is 16 MiB.
  if (size < 5 || size > 2 ** 25) throw new UserError(notAnArchive);
  const rest = await take(size - 4);
  if (rest === undefined) throw new UserError(cutOff);
  return rest;
}

/** A text in a BSON document that comes before anything of a user's. */
function text(document: Buffer, name: string): string {
  const key = `\x02${name}\0`;
  const at = document.indexOf(key);
  if (at < 0) throw new UserError(notAnArchive);
  const start = at + key.length;
  return document.toString("utf8", start + 4, start + 4 + document.readInt32LE(start) - 1);
}

function taker(source: AsyncIterable<Buffer>): Take {
  const chunks = source[Symbol.asyncIterator]();
  let chunk: Buffer = Buffer.alloc(0);
  return async (size) => {
    const parts: Buffer[] = [];
    for (let missing = size; missing > 0;) {
      if (chunk.length === 0) {
        const next = await chunks.next();
        if (next.done === true) {
          if (missing === size) return undefined;
          throw new UserError(cutOff);
        }
        chunk = next.value;
      }
      const part = chunk.subarray(0, missing);
      parts.push(part);
      chunk = chunk.subarray(part.length);
      missing -= part.length;
    }
    return parts.length === 1 ? parts[0] : Buffer.concat(parts);
  };
}
