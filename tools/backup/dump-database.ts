import type { Db } from "mongodb";
import { UserError } from "../process/user-error.ts";
import {
  blockEnd,
  blockStart,
  collectionEnd,
  dataCollection,
  formatMetadata,
  prelude,
} from "./archive-format.ts";
import { describeCollections } from "./collections.ts";
import { Crc64 } from "./crc64.ts";

/** Bytes to collect before a chunk is passed on. */
const chunkSize = 256 * 1024;

/**
 * The archive of a database, in chunks: documents as MongoDB stores them, indexes, and options of collections. The dump
 * reads as fast as the caller takes chunks, and holds one batch of documents at a time.
 * @throws {UserError} a time series has documents that this process can't read as MongoDB stores them
 */
export async function* dumpDatabase(db: Db): AsyncGenerator<Uint8Array> {
  const collections = await describeCollections(db);
  const { version } = await db.admin().buildInfo();
  yield prelude(
    String(version),
    collections.map(({ name, type, options, indexes }) => ({
      db: db.databaseName,
      collection: name,
      metadata: formatMetadata({ options, indexes, collectionName: name }),
      type,
    })),
  );
  for (const { name, type } of collections) {
    if (type === "view") {
      yield collectionEnd(db.databaseName, name, new Crc64().value);
      continue;
    }
    const stored = dataCollection({ collection: name, type });
    const count = yield* dumpCollection(db, stored);
    if (count === 0 && stored !== name) await requireEmpty(db, name);
  }
}

/** Since MongoDB 8.3 a time series has no collection of buckets: without this check its documents would be missing. */
async function requireEmpty(db: Db, timeSeries: string): Promise<void> {
  if ((await db.collection(timeSeries).findOne()) === null) return;
  throw new UserError(
    `The time series ${timeSeries} can't be read as MongoDB stores it. Use mongodump for this database.`,
  );
}

/** Returns how many documents the collection has. */
async function* dumpCollection(db: Db, name: string): AsyncGenerator<Uint8Array, number> {
  const crc = new Crc64();
  let [chunk, size]: [Uint8Array[], number] = [[blockStart(db.databaseName, name)], 0];
  let count = 0;
  // In the stored order, which a capped collection must keep.
  const documents = db.collection(name).find({}, { raw: true, hint: { $natural: 1 } });
  try {
    // With `raw`, the driver returns bytes. Its types don't say so.
    for await (const bytes of documents as unknown as AsyncIterable<Uint8Array>) {
      count++;
      crc.update(bytes);
      chunk.push(bytes);
      size += bytes.length;
      if (size < chunkSize) continue;
      yield Buffer.concat(chunk);
      [chunk, size] = [[], 0];
    }
  } finally {
    await documents.close();
  }
  yield Buffer.concat([...chunk, blockEnd, collectionEnd(db.databaseName, name, crc.value)]);
  return count;
}
