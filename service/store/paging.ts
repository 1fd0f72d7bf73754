import { mongo } from "mongoose";
import { hideRevision, type DocumentCollection, type StoredDocument } from "./stored-document.ts";

/** One page of documents, newest first. */
export interface Page {
  readonly documents: readonly StoredDocument[];
  /** Whether older documents follow. */
  readonly hasMore: boolean;
}

/** Documents of a page by default. */
export const defaultLimit = 20;
/** Maximum number of documents in a page. */
export const maxLimit = 100;
/** Bytes of BSON after which a page ends. A hundred documents of 100 KiB would not fit into a pod's memory. */
const maxPageBytes = 1024 * 1024;
/** Documents that MongoDB sends at once: enough for a default page, and few enough for a pod's memory. */
const batchSize = defaultLimit + 1;

/** Reads a page of at most `limit` documents that match `filter`. */
export async function readPage(collection: DocumentCollection, filter: object, limit: number): Promise<Page> {
  // With `raw`, the size of a document is the length of its bytes.
  const options = { sort: { createdAt: -1, _id: -1 }, limit: limit + 1, batchSize, raw: true } as const;
  const cursor = collection.find<Uint8Array>(filter, options);
  const documents: StoredDocument[] = [];
  let bytes = 0;
  try {
    for (let first = await cursor.next(); first !== null; first = await cursor.next()) {
      // The rest of the batch has already arrived. An `await` for each document would take longer than the read.
      for (const raw of [first, ...cursor.readBufferedDocuments()]) {
        if (documents.length === limit || bytes > maxPageBytes) return { documents, hasMore: true };
        documents.push(hideRevision(mongo.BSON.deserialize(raw) as StoredDocument));
        bytes += raw.length;
      }
    }
    return { documents, hasMore: false };
  } finally {
    await cursor.close();
  }
}
