import type { Db } from "mongodb";
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
 * The archive of a database, in chunks: stored documents, indexes, and options of collections. Reads as fast as the
 * consumer, and holds one batch of documents at a time.
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
    if (type === "view") yield collectionEnd(db.databaseName, name, new Crc64().value);
    else yield* dumpCollection(db, dataCollection({ collection: name, type }));
  }
}

async function* dumpCollection(db: Db, name: string): AsyncGenerator<Uint8Array> {
  const crc = new Crc64();
  let [chunk, size]: [Uint8Array[], number] = [[blockStart(db.databaseName, name)], 0];
  // In the stored order, which a capped collection must keep.
  const documents = db.collection(name).find({}, { raw: true, hint: { $natural: 1 } });
  try {
    // With `raw`, the driver returns bytes. Its types don't say so.
    for await (const bytes of documents as unknown as AsyncIterable<Uint8Array>) {
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
}
