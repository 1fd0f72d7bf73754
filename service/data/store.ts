import { isValidObjectId, mongo, Types, type Connection } from "mongoose";
import { queueTimeout, whileAvailable } from "../database.ts";
import { overloaded } from "../http/load.ts";
import type { JsonObject } from "./document.ts";
import { groupCommit } from "./group-commit.ts";
import { insertGroup } from "./insert-group.ts";
import { readPage, type Page } from "./page.ts";
import { dataCollection, type DataCollection, type StoredDocument } from "./schema.ts";
import { shareReads } from "./shared-read.ts";

/** Which page: at most `limit` documents, older than the one with the id `after`. */
export interface PageQuery {
  readonly limit: number;
  readonly after?: string | undefined;
}

/**
 * The queries of the service. Each rejects with a 503 Problem while MongoDB is away. Who reads the same at the same
 * time is given the same objects.
 */
export interface DataStore {
  /** A page, or `undefined` when there is no document `after`. */
  list(query: PageQuery): Promise<Page | undefined>;
  insert(document: JsonObject): Promise<StoredDocument>;
  find(id: string): Promise<StoredDocument | undefined>;
  /** Whether there was such a document. */
  remove(id: string): Promise<boolean>;
}

/** Documents of one insert, and bytes of BSON: fewer than MongoDB takes, so that nobody waits long for the others'. */
const groupBounds = { maxCount: 500, maxBytes: 4 * 1024 * 1024 };

/** The store on a Mongoose connection. */
export function createStore(connection: Connection): DataStore {
  const collection = dataCollection(connection);

  // An operation that hangs ends by its own bound, and those who wait for it by theirs.
  const findShared = shareReads(
    (id: string) => whileAvailable(() => findById(collection, id)),
    (id) => id,
  );
  const listShared = shareReads(
    (query: PageQuery) => whileAvailable(() => list(collection, query)),
    ({ limit, after = "" }) => `${limit} ${after}`,
  );
  const commit = groupCommit<StoredDocument>({
    ...groupBounds,
    write: (documents) => whileAvailable(() => insertGroup(collection, documents)),
    sizeOf: (document) => mongo.BSON.calculateObjectSize(document),
    // As in the pool's own queue.
    maxWait: queueTimeout,
    tooLate: () => overloaded(),
  });

  return {
    async find(id) {
      return isObjectId(id) ? await whileAvailable(() => findShared(id.toLowerCase())) : undefined;
    },

    async list(query) {
      const { after } = query;
      if (after !== undefined && !isObjectId(after)) return undefined;
      return await whileAvailable(() => listShared(query));
    },

    async insert(document) {
      const stored: StoredDocument = { _id: new Types.ObjectId(), createdAt: new Date(), ...document };
      await whileAvailable(() => commit(stored));
      return stored;
    },

    async remove(id) {
      if (!isObjectId(id)) return false;
      const _id = new Types.ObjectId(id);
      const { deletedCount } = await whileAvailable(() => collection.deleteOne({ _id }));
      return deletedCount > 0;
    },
  };
}

async function findById(collection: DataCollection, id: string): Promise<StoredDocument | undefined> {
  return (await collection.findOne({ _id: new Types.ObjectId(id) })) ?? undefined;
}

async function list(collection: DataCollection, { limit, after }: PageQuery): Promise<Page | undefined> {
  if (after === undefined) return await readPage(collection, {}, limit);
  const last = await findById(collection, after);
  return last && (await readPage(collection, olderThan(last), limit));
}

/** 24 hex digits: Mongoose's own check also takes any 12 bytes. */
function isObjectId(id: string): boolean {
  return id.length === 24 && isValidObjectId(id);
}

function olderThan({ createdAt, _id }: StoredDocument) {
  return { $or: [{ createdAt: { $lt: createdAt } }, { createdAt, _id: { $lt: _id } }] };
}
