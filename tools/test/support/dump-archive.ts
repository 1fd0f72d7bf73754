import { gzipSync } from "node:zlib";
import { BSON } from "mongodb";
import {
  blockEnd,
  blockStart,
  collectionEnd,
  prelude,
  type CollectionEntry,
} from "../../backup/archive-format.ts";
import { Crc64 } from "../../backup/crc64.ts";

/** An archive with the collection `data` and these documents. */
export function archiveOf(documents: readonly object[], db = "app"): Buffer {
  return archiveOfBlocks([entry("data", db)], [...block("data", documents, db), end("data", documents, db)]);
}

/** An archive with these blocks, valid or invalid. */
export function archiveOfBlocks(entries: readonly CollectionEntry[], blocks: readonly Uint8Array[]): Buffer {
  return gzipSync(Buffer.concat([prelude("8.0.0", entries), ...blocks]));
}

/** An archive of an empty database. */
export function emptyArchive(): Buffer {
  return archiveOfBlocks([], []);
}

/** The entry of a collection in an archive. */
export function entry(collection: string, db = "app", metadata = '{"indexes":[]}'): CollectionEntry {
  return { db, collection, metadata, type: "collection" };
}

/** A block with documents. */
export function block(collection: string, documents: readonly object[], db = "app"): Uint8Array[] {
  return [blockStart(db, collection), ...documents.map((document) => BSON.serialize(document)), blockEnd];
}

/** The block that ends a collection with these documents. */
export function end(collection: string, documents: readonly object[], db = "app"): Uint8Array {
  const crc = new Crc64();
  for (const document of documents) crc.update(BSON.serialize(document));
  return collectionEnd(db, collection, crc.value);
}
