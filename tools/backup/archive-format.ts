import { BSON, type Document } from "mongodb";

/**
 * The parts of `mongodump --archive`: a magic number, then blocks of BSON documents. A terminator ends each block.
 * The first block lists versions and collections. Each further block has a header, then documents of one collection.
 * https://github.com/mongodb/mongo-tools/blob/master/common/archive/spec.md
 */
export const magic = 0x8199e26d;
/** Ends a block, in place of a document's size. */
export const terminator = 0xffffffff;
/** Size limit of a document in an archive, in bytes: larger than the limit of MongoDB. */
export const largestDocument = 48 * 1024 ** 2;

/** A collection as the first block lists it. */
export interface CollectionEntry {
  readonly db: string;
  readonly collection: string;
  /** Options and indexes, as extended JSON: {@link CollectionMetadata}. */
  readonly metadata: string;
  /** `collection`, `view` or `timeseries`. */
  readonly type: string;
}

/** The parsed form of {@link CollectionEntry.metadata}. */
export interface CollectionMetadata {
  readonly options?: Document;
  readonly indexes: readonly Document[];
}

/** Header of every block except the first. */
export interface BlockHeader {
  readonly db: string;
  readonly collection: string;
  /** Whether this block ends the collection. Such a block has no documents. */
  readonly EOF: boolean;
  /** Checksum of all documents of the collection. Valid only if `EOF` is true. */
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

/** The {@link terminator} as bytes. */
export const blockEnd = uint32(terminator);

/** The name of the collection that stores the documents. A time series stores them in a bucket collection. */
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

/** The inverse of {@link parseMetadata}. */
export function formatMetadata(metadata: CollectionMetadata & { readonly collectionName: string }): string {
  return BSON.EJSON.stringify(metadata, { relaxed: false });
}
