import { BSON, type Document } from "mongodb";

/**
 * The parts of `mongodump --archive`: a magic number, and blocks of BSON documents that a terminator ends. The first block
 * has versions and the collections. Each other one has a header, and documents of one collection.
 * https://github.com/mongodb/mongo-tools/blob/master/common/archive/spec.md
 */
export const magic = 0x8199e26d;
/** What ends a block, in place of a document's size. */
export const terminator = 0xffffffff;
/** Bytes that a document may have here: more than MongoDB stores. */
export const largestDocument = 48 * 1024 ** 2;

/** A collection as the first block has it. */
export interface CollectionEntry {
  readonly db: string;
  readonly collection: string;
  /** Options and indexes, as extended JSON: {@link CollectionMetadata}. */
  readonly metadata: string;
  /** `collection`, `view` or `timeseries`. */
  readonly type: string;
}

/** What {@link CollectionEntry.metadata} has. */
export interface CollectionMetadata {
  readonly options?: Document;
  readonly indexes: readonly Document[];
}

/** Header of a block that is not the first. */
export interface BlockHeader {
  readonly db: string;
  readonly collection: string;
  /** Whether the collection has no further documents. The block has none, then. */
  readonly EOF: boolean;
  /** Checksum of all documents of the collection, at its end. */
  readonly CRC: bigint;
}

/** The magic number and the first block. */
export function prelude(serverVersion: string, entries: readonly CollectionEntry[]): Uint8Array {
  const versions = { version: "0.1", server_version: serverVersion, tool_version: "koa-mongo-stack" };
  const header = { concurrent_collections: 1, ...versions };
  const documents = entries.map((entry) => BSON.serialize({ ...entry, size: 0 }));
  return Buffer.concat([uint32(magic), BSON.serialize(header), ...documents, blockEnd]);
}

/** The header before a collection's documents. Write {@link blockEnd} after the documents. */
export function blockStart(db: string, collection: string): Uint8Array {
  return BSON.serialize({ db, collection, EOF: false, CRC: 0n });
}

/** The block after the last document of a collection. */
export function collectionEnd(db: string, collection: string, crc: bigint): Uint8Array {
  return Buffer.concat([BSON.serialize({ db, collection, EOF: true, CRC: crc }), blockEnd]);
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** {@link terminator}, as bytes. */
export const blockEnd = uint32(terminator);

/** A time series keeps its documents in a collection of this name. */
export function dataCollection({ collection, type }: Pick<CollectionEntry, "collection" | "type">): string {
  return type === "timeseries" ? `system.buckets.${collection}` : collection;
}

/** Whether a restore leaves a collection out: `mongodump --dumpDbUsersAndRoles` writes users and roles under such names. */
export function isLeftOut(collection: string): boolean {
  return collection.startsWith("$");
}

/** A collection's metadata, whose numbers keep their types. */
export function parseMetadata(text: string): CollectionMetadata {
  if (text === "") return { indexes: [] };
  return BSON.EJSON.parse(text, { relaxed: false }) as CollectionMetadata;
}

/** The opposite of {@link parseMetadata}. */
export function formatMetadata(metadata: CollectionMetadata & { readonly collectionName: string }): string {
  return BSON.EJSON.stringify(metadata, { relaxed: false });
}
