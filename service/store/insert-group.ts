import { mongo } from "mongoose";
import type { DocumentCollection, StoredDocument } from "./stored-document.ts";

const none: ReadonlyMap<number, unknown> = new Map();

/**
 * Inserts documents in one round trip.
 * @returns the errors of those that MongoDB rejected, by index; the others are stored
 * @throws what went wrong for all of them
 */
export async function insertGroup(
  collection: DocumentCollection,
  documents: readonly StoredDocument[],
): Promise<ReadonlyMap<number, unknown>> {
  try {
    const [first] = documents;
    // The driver's bulk write would cost a single document, and a client that is alone, a tenth of its time.
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

/** As it is thrown where a document is alone. */
function errorOf({ code, errmsg }: mongo.WriteError): mongo.MongoServerError {
  return new mongo.MongoServerError({ code, message: errmsg ?? "refused" });
}
