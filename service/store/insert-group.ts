import { mongo } from "mongoose";
import type { DocumentCollection, StoredDocument } from "./stored-document.ts";

const none: ReadonlyMap<number, unknown> = new Map();

/**
 * Inserts documents in one round trip.
 * @returns the errors of the documents that MongoDB rejected, by index. The other documents are stored
 * @throws an error that concerns all documents
 */
export async function insertGroup(
  collection: DocumentCollection,
  documents: readonly StoredDocument[],
): Promise<ReadonlyMap<number, unknown>> {
  try {
    const [first] = documents;
    // For a single document, the driver's bulk write takes a tenth longer.
    if (documents.length === 1 && first !== undefined) await collection.insertOne(first);
    else await collection.insertMany(documents, { ordered: false });
    return none;
  } catch (error) {
    if (error instanceof mongo.MongoBulkWriteError && error.result.getWriteConcernError() === undefined) {
      const rejected = error.result.getWriteErrors();
      if (rejected.length > 0)
        return new Map(rejected.map((writeError) => [writeError.index, errorOf(writeError)]));
    }
    throw error;
  }
}

/** The error that the insert of a single document throws. */
function errorOf({ code, errmsg }: mongo.WriteError): mongo.MongoServerError {
  return new mongo.MongoServerError({ code, message: errmsg ?? "MongoDB rejected the document" });
}
