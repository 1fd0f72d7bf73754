import { setTimeout as sleep } from "node:timers/promises";
import mongoose, { mongo, type Connection, type Model } from "mongoose";
import type { Logger } from "pino";
import { Problem } from "../http/problem.ts";
import { watchAvailability, type Availability } from "./mongodb-availability.ts";
import { isTimeout, isUnavailable } from "./unavailable-errors.ts";

/** Milliseconds without an answer to a ping after which MongoDB counts as slow. */
const pingTimeoutMs = 800;

/** Milliseconds without an answer to any operation after which a slow MongoDB counts as unavailable. */
const slowMs = 2000;

/** Timeouts for MongoDB, in milliseconds. */
export interface MongoTimeouts {
  /** Timeout of one operation, including its waits. */
  readonly operationMs: number;
  /** Timeout of a wait in a queue. After this timeout, the operation fails without reaching MongoDB. */
  readonly queueMs: number;
}

/**
 * Returns MongoDB's part of a request's deadline. A fifth is for the wait for admission, and a tenth for the pod's own
 * work. An operation that leaves a queue still needs time for MongoDB's answer.
 * @param deadlineMs milliseconds from the request to its answer
 */
export function mongoTimeouts(deadlineMs: number): MongoTimeouts {
  return { operationMs: Math.round(deadlineMs * 0.7), queueMs: Math.round(deadlineMs * 0.55) };
}

/** Milliseconds between two attempts to connect or to create indexes. */
const retryDelayMs = 500;

/** A connection that opens in the background and reconnects by itself. */
export interface Database extends Pick<Availability, "operation" | "request"> {
  readonly connection: Connection;
  readonly timeouts: MongoTimeouts;
  /** Measures one round trip, in milliseconds. Rejects with a 503 Problem while MongoDB is unavailable. */
  ping(): Promise<number>;
  /** Like `ping`, but also resolves if MongoDB is only slow: another operation got an answer within two seconds. */
  reach(): Promise<void>;
  /** Returns MongoDB's version. Rejects like `ping`. */
  version(): Promise<string>;
  /** Returns the collections that lack an index, because MongoDB rejects the index. The log has the error. */
  failedIndexes(): readonly string[];
  /** Stops the attempts to connect, and closes the connection. */
  close(): Promise<void>;
}

/** Options of {@link openDatabase}. */
export interface DatabaseOptions {
  /** MongoDB's connection string. */
  readonly uri: string;
  /** File with the certificates of the trusted CA. Turns TLS on. @default as in the connection string */
  readonly caFile?: string | undefined;
  readonly logger: Logger;
  /** Maximum milliseconds from a request to its answer. */
  readonly deadlineMs: number;
  /** Called with each client before the client connects. */
  readonly watch?: (client: mongo.MongoClient) => void;
  /** Whether the client emits events for each command, which costs time. @default false */
  readonly monitorCommands?: boolean;
}

/** Returns at once, and tries to connect in the background until MongoDB answers. */
export function openDatabase({ uri, caFile, logger, deadlineMs, ...options }: DatabaseOptions): Database {
  const { watch = () => undefined, monitorCommands = false } = options;
  const connection = mongoose.createConnection();
  const closing = new AbortController();
  const tls = tlsOptions(caFile);
  const timeouts = mongoTimeouts(deadlineMs);
  const availability = watchAvailability(timeouts.operationMs);
  logState(connection, logger, closing.signal);
  const connect = async (timeoutFactor: number) => {
    const attemptTimeouts = connectTimeouts(timeouts, timeoutFactor);
    const opening = connection.openUri(uri, {
      ...connectionOptions,
      ...tls,
      ...attemptTimeouts,
      monitorCommands,
    });
    watch(connection.getClient());
    await opening;
  };
  const failedIndexes: string[] = [];
  const createIndexes = async (model: Model<unknown>) => {
    const isComplete = await createIndexesWithRetries(model, logger, closing.signal);
    if (!isComplete) failedIndexes.push(model.collection.name);
  };
  const connected = connectWithRetries(connection, connect, createIndexes, logger, closing.signal);

  const admin = (command: Record<string, unknown>) =>
    availability.operation(async () => {
      if (connection.db === undefined) throw new mongo.MongoNotConnectedError("MongoDB is not connected yet");
      return await connection.db.command(command);
    }, pingTimeoutMs);

  return {
    connection,
    timeouts,
    operation: availability.operation,
    request: availability.request,
    async ping() {
      const start = performance.now();
      await admin({ ping: 1 });
      return performance.now() - start;
    },
    async reach() {
      await admin({ ping: 1 }).catch((error: unknown) => {
        const isSlow = error instanceof Problem && isTimeout(error.cause);
        if (!isSlow || performance.now() - availability.lastAnswer() > slowMs) throw error;
      });
    },
    async version() {
      return String((await admin({ buildInfo: 1 })).version);
    },
    failedIndexes: () => failedIndexes,
    async close() {
      availability.close();
      closing.abort();
      await connected;
      await connection.close();
    },
  };
}

function logState(connection: Connection, logger: Logger, closing: AbortSignal): void {
  connection.on("connected", () => {
    logger.info("MongoDB is connected");
  });
  connection.on("disconnected", () => {
    if (!closing.aborted) logger.warn("MongoDB is unavailable");
  });
  // Without a listener, an error of the driver's background checks would end the process.
  connection.on("error", (err: unknown) => {
    logger.warn({ err }, "MongoDB connection error");
  });
}

const connectionOptions = {
  bufferCommands: false,
  autoCreate: false,
  connectTimeoutMS: 10_000,
  socketTimeoutMS: 45_000,
  heartbeatFrequencyMS: 2000,
  maxPoolSize: 10,
  // A new pod opens all of its connections before its first requests, so that no request waits for a login.
  minPoolSize: 10,
};

/** The driver reads a CA file only if TLS is on, which the file alone does not cause. */
function tlsOptions(caFile: string | undefined) {
  return caFile === undefined ? {} : { tls: true, tlsCAFile: caFile };
}

/**
 * Timeouts of the first connection, which takes up to six round trips for TCP, TLS, hello and SCRAM.
 * @param timeoutFactor factor on the timeouts of an operation, for a distant MongoDB
 */
function connectTimeouts({ operationMs, queueMs }: MongoTimeouts, timeoutFactor: number) {
  return {
    // Shorter than an operation's timeout, because otherwise an unavailable MongoDB would count as slow.
    serverSelectionTimeoutMS: Math.round(operationMs * 0.9) * timeoutFactor,
    waitQueueTimeoutMS: queueMs * timeoutFactor,
  };
}

/** Maximum factor on the timeouts of an attempt to connect. */
const maxTimeoutFactor = 8;

async function connectWithRetries(
  connection: Connection,
  connect: (timeoutFactor: number) => Promise<void>,
  createIndexes: (model: Model<unknown>) => Promise<void>,
  logger: Logger,
  signal: AbortSignal,
) {
  let timeoutFactor = 1;
  while (!signal.aborted) {
    try {
      await connect(timeoutFactor);
      await Promise.all(
        Object.values(connection.models).map((model) => createIndexes(model as Model<unknown>)),
      );
      return;
    } catch (err) {
      logger.warn({ err }, "can't connect to MongoDB yet");
      // Longer timeouts help only if hello or the login is too slow, not if MongoDB is unavailable.
      if (isTimeout(err) || isHelloTimeout(err))
        timeoutFactor = Math.min(timeoutFactor * 2, maxTimeoutFactor);
      await sleep(retryDelayMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Whether MongoDB did not answer hello in time, although no server rejected the connection. */
function isHelloTimeout(error: unknown): boolean {
  if (!(error instanceof mongoose.Error.MongooseServerSelectionError)) return false;
  // Mongoose's types don't declare `reason`.
  const { servers } = (error as Error & { readonly reason: mongo.TopologyDescription }).reason;
  return [...servers.values()].every((server) => server.error === null);
}

/**
 * Tries to create a collection's indexes until MongoDB answers. The service also works without indexes.
 * @returns false if MongoDB rejects an index
 */
async function createIndexesWithRetries(
  model: Model<unknown>,
  logger: Logger,
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    try {
      await model.createIndexes();
      return true;
    } catch (err) {
      const willRetry = isUnavailable(err) || isTimeout(err);
      const collection = model.collection.name;
      logger.error({ err, collection, willRetry }, "can't create an index");
      // Only a person can fix documents that violate a unique index, or another index with the same name.
      if (!willRetry) return false;
      await sleep(retryDelayMs, undefined, { signal }).catch(() => undefined);
    }
  }
  return true;
}
