import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { BSON, type Document } from "mongodb";
import { UserError } from "../process/user-error.ts";
import {
  dataCollection,
  largestDocument,
  magic,
  terminator,
  type BlockHeader,
  type CollectionEntry,
} from "./archive-format.ts";
import { meter } from "./byte-counter.ts";
import { byteReader, type ReadBytes } from "./byte-reader.ts";
import { Crc64 } from "./crc64.ts";

/** Receives the parts of an archive, in the file's order. */
export interface ArchiveVisitor {
  /** Called once with all collections, before any document. */
  collections(entries: readonly CollectionEntry[]): Promise<void> | void;
  /** Called for each document, with the bytes that MongoDB stored. */
  document(database: string, collection: string, bytes: Buffer): Promise<void> | void;
}

/**
 * Reads an archive of `npm run backup` or `mongodump --archive --gzip` to its end, in constant memory.
 * @param say receives a progress line every second
 * @param signal cancels the reading
 * @returns the size of the file, in bytes
 * @throws {UserError} the file is missing, has another format, or is cut off or damaged
 */
export async function readArchive(
  file: string,
  visitor: ArchiveVisitor,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<number> {
  try {
    const { size } = await stat(file);
    if (size === 0) throw new ArchiveError(notAnArchive);
    const steps = [createReadStream(file), meter(say, size), createGunzip()] as const;
    await pipeline(
      ...steps,
      async (source: AsyncIterable<Buffer>) => {
        await walk(byteReader(source, incompleteError), visitor);
      },
      signal === undefined ? {} : { signal },
    );
    return size;
  } catch (error) {
    const what = whatIsWrong(error as Error);
    throw what === undefined ? error : new UserError(`${file} ${what}`, { cause: error });
  }
}

/** A problem of an archive. The message continues a sentence that starts with the file's name. */
class ArchiveError extends Error {}

/** Undefined if the file did not cause the error. */
function whatIsWrong(error: NodeJS.ErrnoException): string | undefined {
  if (error instanceof ArchiveError) return error.message;
  if (error.code === "ENOENT") return "does not exist. To write a backup, run: npm run backup";
  if (error.code === "EISDIR") return "is a folder. Pass the path of a backup file.";
  if (error.code === "Z_BUF_ERROR") return incomplete;
  if (error.message === "incorrect header check") return notAnArchive;
  // The error of a visitor may have a numeric code.
  if (String(error.code).startsWith("Z_")) return `is damaged (${error.message}). Use another backup.`;
  return undefined;
}

const notAnArchive = "is not an archive of `npm run backup`.";
const incomplete = "is incomplete: the end of the archive is missing. Use another backup.";
const incompleteError = () => new ArchiveError(incomplete);

async function walk(read: ReadBytes, visitor: ArchiveVisitor): Promise<void> {
  if ((await read(4))?.readUInt32LE() !== magic) throw new ArchiveError(notAnArchive);
  const entries = await readPrelude(read);
  await visitor.collections(entries);
  // A collection's documents may be in several blocks, mixed with blocks of other collections.
  const checksums = new Map<string, Crc64>();
  const complete = new Set<string>();
  for (let first = await item(read); first !== undefined; first = await item(read)) {
    const { db, collection, EOF, CRC } = readHeader(first);
    const namespace = `${db}.${collection}`;
    const checksum = checksums.get(namespace) ?? new Crc64();
    checksums.set(namespace, checksum);
    for (let bytes = await inBlock(read); bytes !== "end"; bytes = await inBlock(read)) {
      checksum.update(bytes);
      await visitor.document(db, collection, bytes);
    }
    if (!EOF) continue;
    if (checksum.value !== CRC)
      throw new ArchiveError(`is damaged (checksum of ${namespace}). Use another backup.`);
    complete.add(namespace);
  }
  if (!entries.every((entry) => isComplete(entry, complete))) throw incompleteError();
}

function isComplete(entry: CollectionEntry, complete: ReadonlySet<string>): boolean {
  const { db, collection, type } = entry;
  // Since MongoDB 8.3 the archive stores a time series under its own name.
  const names = [collection, dataCollection(entry)];
  return type === "view" || names.some((name) => complete.has(`${db}.${name}`));
}

async function readPrelude(read: ReadBytes): Promise<CollectionEntry[]> {
  const entries: CollectionEntry[] = [];
  await inBlock(read);
  for (let bytes = await inBlock(read); bytes !== "end"; bytes = await inBlock(read)) {
    const { db, collection, metadata = "", type = "" } = parse(bytes) as Partial<CollectionEntry>;
    if (db === undefined || collection === undefined) throw new ArchiveError(notAnArchive);
    entries.push({ db, collection, metadata, type });
  }
  return entries;
}

function readHeader(bytes: Buffer | "end"): BlockHeader {
  if (bytes === "end") throw new ArchiveError(notAnArchive);
  const { db, collection, EOF, CRC } = parse(bytes) as Partial<BlockHeader>;
  if (db === undefined || collection === undefined) throw new ArchiveError(notAnArchive);
  return { db, collection, EOF: EOF === true, CRC: BigInt(CRC ?? 0) };
}

function parse(bytes: Buffer): Document {
  try {
    return BSON.deserialize(bytes, { useBigInt64: true });
  } catch (error) {
    throw new ArchiveError(notAnArchive, { cause: error });
  }
}

async function inBlock(read: ReadBytes): Promise<Buffer | "end"> {
  const found = await item(read);
  if (found === undefined) throw incompleteError();
  return found;
}

/** A document, "end" at the end of a block, or undefined at the end of the archive. */
async function item(read: ReadBytes): Promise<Buffer | "end" | undefined> {
  const head = await read(4);
  if (head === undefined) return undefined;
  const size = head.readUInt32LE();
  if (size === terminator) return "end";
  if (size < 5 || size > largestDocument) throw new ArchiveError(notAnArchive);
  const rest = await read(size - 4);
  if (rest === undefined) throw incompleteError();
  return Buffer.concat([head, rest]);
}
