import { mongo } from "mongoose";
import { hideRevision, type DocumentCollection, type StoredDocument } from "./stored-document.ts";

/** One page of documents, newest first. */
export interface Page {
  readonly documents: readonly StoredDocument[];
  /** Whether older documents follow. */
  readonly more: boolean;
}

/** Documents of a page if the client does not say. */
export const defaultLimit = 20;
/** Documents of a page at most. */
export const maxLimit = 100;
/** Bytes of BSON after which a page ends: a hundred documents of 100 KiB would not fit into a pod's memory. */
const maxPageBytes = 1024 * 1024;
/** Documents that MongoDB sends at once, for the same reason; enough for a page of the default size. */
const batchSize = defaultLimit + 1;

/** Reads a page of at most `limit` of the documents that `filter` lets through. */
export async function readPage(collection: DocumentCollection, filter: object, limit: number): Promise<Page> {
  // Raw, because then the size of a document is the length of its bytes.
  const options = { sort: { createdAt: -1, _id: -1 }, limit: limit + 1, batchSize, raw: true } as const;
  const cursor = collection.find<Uint8Array>(filter, options);
  const documents: StoredDocument[] = [];
  let bytes = 0;
  try {
    for (let first = await cursor.next(); first !== null; first = await cursor.next()) {
      // The rest of the batch is there already: to await each of its documents takes longer than to read them.
      for (const raw of [first, ...cursor.readBufferedDocuments()]) {
        if (documents.length === limit || bytes > maxPageBytes) return { documents, more: true };
        documents.push(hideRevision(mongo.BSON.deserialize(raw) as StoredDocument));
        bytes += raw.length;
      }
    }
    return { documents, more: false };
  } finally {
    await cursor.close();
  }
}
