import { isValidObjectId, mongo, Types, type Connection } from "mongoose";
import { whileAvailable } from "../database.ts";
import type { JsonObject } from "./document.ts";
import { dataModel, type StoredDocument } from "./schema.ts";

/** One page of documents, newest first. */
export interface Page {
  readonly documents: readonly StoredDocument[];
  /** Whether older documents follow. */
  readonly more: boolean;
}

/** Which page: at most `limit` documents, older than the one with the id `after`. */
export interface PageQuery {
  readonly limit: number;
  readonly after?: string | undefined;
}

/** The queries of the service. Each rejects with a 503 Problem while MongoDB is away. */
export interface DataStore {
  /** A page, or `undefined` when there is no document `after`. */
  list(query: PageQuery): Promise<Page | undefined>;
  insert(document: JsonObject): Promise<StoredDocument>;
  find(id: string): Promise<StoredDocument | undefined>;
  /** Whether there was such a document. */
  remove(id: string): Promise<boolean>;
}

/** Bytes of BSON after which a page ends: a hundred documents of 100 KiB would not fit into a pod's memory. */
const maxPageBytes = 1024 * 1024;
/** Documents that MongoDB sends at once, for the same reason; enough for a page of the default size. */
const batchSize = 21;

/** The store on a Mongoose connection. */
export function createStore(connection: Connection): DataStore {
  const model = dataModel(connection);

  async function findById(id: string): Promise<StoredDocument | undefined> {
    if (!isObjectId(id)) return undefined;
    return (await model.findById(id).lean<StoredDocument>()) ?? undefined;
  }

  async function readPage(filter: object, limit: number): Promise<Page> {
    const query = model
      .find(filter)
      .sort({ createdAt: -1, _id: -1 })
      .limit(limit + 1);
    const documents: StoredDocument[] = [];
    let bytes = 0;
    for await (const document of query.lean<StoredDocument>().cursor({ batchSize })) {
      if (documents.length === limit || bytes > maxPageBytes) return { documents, more: true };
      documents.push(document);
      bytes += mongo.BSON.calculateObjectSize(document);
    }
    return { documents, more: false };
  }

  return {
    find: (id) => whileAvailable(() => findById(id)),

    list: ({ limit, after }) =>
      whileAvailable(async () => {
        if (after === undefined) return await readPage({}, limit);
        const last = await findById(after);
        return last && (await readPage(olderThan(last), limit));
      }),

    async insert(document) {
      const stored: StoredDocument = { _id: new Types.ObjectId(), createdAt: new Date(), ...document };
      // `lean`: a client's keys ("save", "errors", …) must not meet the methods of a Mongoose document.
      await whileAvailable(() => model.insertMany([stored], { lean: true }));
      return stored;
    },

    async remove(id) {
      if (!isObjectId(id)) return false;
      const { deletedCount } = await whileAvailable(() => model.deleteOne({ _id: id }));
      return deletedCount > 0;
    },
  };
}

/** 24 hex digits: Mongoose's own check also takes any 12 bytes. */
function isObjectId(id: string): boolean {
  return id.length === 24 && isValidObjectId(id);
}

function olderThan({ createdAt, _id }: StoredDocument) {
  return { $or: [{ createdAt: { $lt: createdAt } }, { createdAt, _id: { $lt: _id } }] };
}
