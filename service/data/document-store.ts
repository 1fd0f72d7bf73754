import { isValidObjectId, mongo, Types } from "mongoose";
import { overloaded } from "../http/admission.ts";
import type { Metrics, Operation } from "../metrics/metrics.ts";
import type { Database } from "../mongodb/mongodb-connection.ts";
import type { JsonObject } from "./document.ts";
import { groupCommit } from "./group-commit.ts";
import { groupReads } from "./group-read.ts";
import { insertGroup } from "./insert-group.ts";
import { readPage, type Page } from "./paging.ts";
import { dataCollection, type DataCollection, type StoredDocument } from "./document-schema.ts";
import { shareReads } from "./shared-read.ts";

/** Which page: at most `limit` documents, older than the one with the id `after`. */
export interface PageQuery {
  readonly limit: number;
  readonly after?: string | undefined;
}

/**
 * The queries of the service. Each rejects with a 503 Problem while MongoDB is unavailable. Concurrent callers of the
 * same read get the same objects.
 */
export interface DataStore {
  /** A page, or `undefined` when there is no document `after`. */
  list(query: PageQuery): Promise<Page | undefined>;
  insert(document: JsonObject): Promise<StoredDocument>;
  find(id: string): Promise<StoredDocument | undefined>;
  /** Whether there was such a document. */
  remove(id: string): Promise<boolean>;
}

/** Documents and bytes of BSON of one insert: fewer than MongoDB takes, so that no caller waits long for the others. */
const groupLimits = { maxCount: 500, maxBytes: 4 * 1024 * 1024 };

/** Documents of one read by id, at most 6 MiB of JSON, and the reads that are under way at once. */
const readLimits = { maxCount: 64, maxReads: 4 };

/**
 * The store on a database.
 * @param metrics told how it goes
 * @param name of the collection
 */
export function createStore(database: Database, metrics?: Metrics, name = "data"): DataStore {
  const { request, timeouts } = database;
  const collection = dataCollection(database.connection, name);
  // As in the pool's own queue.
  const waiting = { maxWait: timeouts.queueMs, tooLate: () => overloaded() };
  const ask = <T>(operation: Operation, run: () => Promise<T>) =>
    database.operation(metrics === undefined ? run : () => timed(metrics, operation, run));

  // An operation that hangs ends by its own bound, and those who wait for it by theirs.
  const findGrouped = groupReads({
    ...readLimits,
    ...waiting,
    read: (ids) => ask("find", () => findByIds(collection, ids)),
    onRead: (sharing) => metrics?.sharedRead("find", sharing),
  });
  const listShared = shareReads(
    (query: PageQuery) => ask("list", () => list(collection, query)),
    ({ limit, after = "" }) => `${limit} ${after}`,
    (sharing) => metrics?.sharedRead("list", sharing),
  );
  const commit = groupCommit<StoredDocument>({
    ...groupLimits,
    write: (documents) => ask("insert", () => insertGroup(collection, documents)),
    sizeOf: (document) => mongo.BSON.calculateObjectSize(document),
    ...waiting,
    onGroup: (sharing) => metrics?.groupCommit(sharing),
  });

  return {
    async find(id) {
      return isObjectId(id) ? await request(() => findGrouped(id.toLowerCase())) : undefined;
    },

    async list(query) {
      const { after } = query;
      if (after !== undefined && !isObjectId(after)) return undefined;
      return await request(() => listShared(query));
    },

    async insert(document) {
      const stored: StoredDocument = { _id: new Types.ObjectId(), createdAt: new Date(), ...document };
      await request(() => commit(stored));
      return stored;
    },

    async remove(id) {
      if (!isObjectId(id)) return false;
      const _id = new Types.ObjectId(id);
      const { deletedCount } = await request(() => ask("remove", () => collection.deleteOne({ _id })));
      return deletedCount > 0;
    },
  };
}

/** Runs an operation, and tells how long MongoDB took; who has given up waiting does not end it. */
async function timed<T>(metrics: Metrics, operation: Operation, run: () => Promise<T>): Promise<T> {
  const start = performance.now();
  let ok = false;
  try {
    const result = await run();
    ok = true;
    return result;
  } finally {
    metrics.operation(operation, (performance.now() - start) / 1000, ok);
  }
}

async function findById(collection: DataCollection, id: string): Promise<StoredDocument | undefined> {
  return (await collection.findOne({ _id: new Types.ObjectId(id) })) ?? undefined;
}

async function list(collection: DataCollection, { limit, after }: PageQuery): Promise<Page | undefined> {
  if (after === undefined) return await readPage(collection, {}, limit);
  const last = await findById(collection, after);
  return last && (await readPage(collection, olderThan(last), limit));
}

/** A request alone has its document by the shortest way. */
async function findByIds(
  collection: DataCollection,
  ids: readonly string[],
): Promise<ReadonlyMap<string, StoredDocument>> {
  const [only] = ids;
  if (ids.length === 1 && only !== undefined) {
    const document = await findById(collection, only);
    return new Map(document === undefined ? [] : [[only, document]]);
  }
  const found = await collection.find({ _id: { $in: ids.map((id) => new Types.ObjectId(id)) } }).toArray();
  return new Map(found.map((document) => [document._id.toString(), document]));
}

/** 24 hex digits: Mongoose's own check also takes any 12 bytes. */
export function isObjectId(id: string): boolean {
  return id.length === 24 && isValidObjectId(id);
}

function olderThan({ createdAt, _id }: StoredDocument) {
  return { $or: [{ createdAt: { $lt: createdAt } }, { createdAt, _id: { $lt: _id } }] };
}
