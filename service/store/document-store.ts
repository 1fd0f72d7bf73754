import { mongo, Types } from "mongoose";
import { overloaded } from "../http/admission.ts";
import type { Metrics, Operation } from "../metrics/metrics.ts";
import type { Database } from "../mongodb/mongodb-connection.ts";
import { cursorAfter, type Position } from "./cursor.ts";
import type { JsonObject } from "../resource/document.ts";
import { isObjectId } from "../resource/object-id.ts";
import type { Resource } from "../resource/resource.ts";
import { groupCommit } from "./group-commit.ts";
import { groupReads } from "./group-read.ts";
import { insertGroup } from "./insert-group.ts";
import { keyedQueue } from "./keyed-queue.ts";
import { readPage, type Page } from "./paging.ts";
import {
  collectionOf,
  hideRevision,
  unchangedFilter,
  type DocumentCollection,
  type StoredDocument,
} from "./stored-document.ts";
import { shareReads } from "./shared-read.ts";

/** Selects a page: at most `limit` documents after a position, by default from the newest document on. */
export interface PageQuery {
  readonly limit: number;
  readonly after?: Position | undefined;
}

/**
 * Queries of the service. Each rejects with a 503 Problem while MongoDB is unavailable. Concurrent callers of the same
 * read get the same objects.
 */
export interface DocumentStore {
  list(query: PageQuery): Promise<Page>;
  insert(document: JsonObject): Promise<StoredDocument>;
  find(id: string): Promise<StoredDocument | undefined>;
  /**
   * Replaces the client's part of a document atomically. Resolves to `undefined` if there is no such document.
   * @param next returns the new part, or throws. Must not change its argument. Called again if another client wrote
   *   first
   */
  change(id: string, next: Change): Promise<StoredDocument | undefined>;
  /**
   * Deletes a document. Resolves to whether there was such a document.
   * @param check throws if the document must not be deleted. @default every document may be deleted
   */
  remove(id: string, check?: (current: StoredDocument) => void): Promise<boolean>;
}

/** Returns the new client's part of the current document. */
export type Change = (current: StoredDocument) => JsonObject | Promise<JsonObject>;

/**
 * Limits of one insert: documents, and bytes of BSON. Lower than MongoDB's, so that no caller waits long, and a pod
 * holds few copies of large documents.
 */
const groupLimits = { maxCount: 500, maxBytes: 1024 * 1024 };

/** Limits of reads by id: documents of one read (at most 6 MiB of JSON), and concurrent reads. */
const readLimits = { maxCount: 64, maxReads: 4 };

/**
 * Creates the store of a resource on a database.
 * @param metrics receives operations and the sizes of groups
 */
export function createStore(database: Database, resource: Resource, metrics?: Metrics): DocumentStore {
  const { request, timeouts } = database;
  const collection = collectionOf(database.connection, resource);
  // The same limit as in the queue of the connection pool.
  const queueOptions = { maxWaitMs: timeouts.queueMs, timeoutError: () => overloaded() };
  const runOperation = <T>(operation: Operation, run: () => Promise<T>) =>
    database.operation(metrics === undefined ? run : () => timed(metrics, operation, run));

  // A hanging operation ends by its own timeout, and each request that waits for it by the request's timeout.
  const findGrouped = groupReads({
    ...readLimits,
    ...queueOptions,
    read: (ids) => runOperation("find", () => findByIds(collection, ids)),
    onRead: (requestCount) => metrics?.sharedRead("find", requestCount),
  });
  const listShared = shareReads(
    (query: PageQuery) => runOperation("list", () => list(collection, query)),
    ({ limit, after }) => `${limit} ${after === undefined ? "" : cursorAfter(after)}`,
    (requestCount) => metrics?.sharedRead("list", requestCount),
  );
  const commit = groupCommit<StoredDocument>({
    ...groupLimits,
    write: (documents) => runOperation("insert", () => insertGroup(collection, documents)),
    sizeOf: (document) => mongo.BSON.calculateObjectSize(document),
    ...queueOptions,
    onGroup: (documentCount) => metrics?.groupCommit(documentCount),
  });

  const enqueueUpdate = keyedQueue(queueOptions);

  /**
   * Reads a document, and writes only if the document is still unchanged. Repeats both while another pod is faster.
   * @param write resolves to `undefined` if the document has changed
   * @throws {Problem} 503 `overloaded` if another pod is faster for too long
   */
  function compareAndSet<T>(id: string, write: (current: StoredDocument) => Promise<T | undefined>) {
    const end = performance.now() + timeouts.queueMs;
    const attempt = async (): Promise<T | undefined> => {
      const current = await findGrouped(id);
      if (current === undefined) return undefined;
      const result = await write(current);
      if (result !== undefined) return result;
      if (performance.now() > end) throw overloaded();
      return await attempt();
    };
    return request(() => enqueueUpdate(id, attempt));
  }

  return {
    async find(id) {
      return isObjectId(id) ? await request(() => findGrouped(id.toLowerCase())) : undefined;
    },

    async list(query) {
      return await request(() => listShared(query));
    },

    async insert(document) {
      const stored: StoredDocument = { _id: new Types.ObjectId(), createdAt: new Date(), ...document };
      await request(() => commit(stored));
      return stored;
    },

    async change(id, next) {
      if (!isObjectId(id)) return undefined;
      return await compareAndSet(id.toLowerCase(), async (current) => {
        const { _id, createdAt } = current;
        const stored = { _id, createdAt, _revision: new Types.ObjectId(), ...(await next(current)) };
        const { matchedCount } = await runOperation("replace", () =>
          collection.replaceOne(unchangedFilter(current), stored),
        );
        return matchedCount > 0 ? hideRevision<StoredDocument>(stored) : undefined;
      });
    },

    async remove(id, check) {
      if (!isObjectId(id)) return false;
      const deleteOne = async (filter: mongo.Filter<StoredDocument>) => {
        const { deletedCount } = await runOperation("remove", () => collection.deleteOne(filter));
        return deletedCount > 0;
      };
      if (check === undefined) return await request(() => deleteOne({ _id: new Types.ObjectId(id) }));
      const deleted = await compareAndSet(id.toLowerCase(), async (current) => {
        check(current);
        return (await deleteOne(unchangedFilter(current))) || undefined;
      });
      return deleted === true;
    },
  };
}

/** Runs an operation and measures it to its end, even if its caller has stopped waiting. */
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

async function findById(collection: DocumentCollection, id: string): Promise<StoredDocument | undefined> {
  const document = await collection.findOne({ _id: new Types.ObjectId(id) });
  return document === null ? undefined : hideRevision<StoredDocument>(document);
}

/** For a single id, uses `findOne`, which is the fastest query. */
async function findByIds(
  collection: DocumentCollection,
  ids: readonly string[],
): Promise<ReadonlyMap<string, StoredDocument>> {
  const [only] = ids;
  if (ids.length === 1 && only !== undefined) {
    const document = await findById(collection, only);
    return new Map(document === undefined ? [] : [[only, document]]);
  }
  const found = await collection.find({ _id: { $in: ids.map((id) => new Types.ObjectId(id)) } }).toArray();
  return new Map(found.map((document) => [document._id.toString(), hideRevision<StoredDocument>(document)]));
}

function list(collection: DocumentCollection, { limit, after }: PageQuery): Promise<Page> {
  return readPage(collection, after === undefined ? {} : olderThan(after), limit);
}

function olderThan({ createdAt, _id }: Position) {
  return { $or: [{ createdAt: { $lt: createdAt } }, { createdAt, _id: { $lt: _id } }] };
}
