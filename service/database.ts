import { setTimeout as sleep } from "node:timers/promises";
import mongoose, { mongo, type Connection } from "mongoose";
import type { Logger } from "pino";
import { unavailable } from "./http/problem.ts";

/** Milliseconds after which a caller is told that MongoDB is away: below the 2 s in which a client is answered. */
const operationTimeout = 1500;

/** Milliseconds between attempts at the first connection. */
const connectPause = 500;

/** A connection that is made in the background and heals by itself. */
export interface Database {
  readonly connection: Connection;
  /** Milliseconds of one round trip. Rejects with a 503 Problem while MongoDB is away. */
  ping(): Promise<number>;
  /** MongoDB's version. Rejects as `ping` does. */
  version(): Promise<string>;
  /** Ends the attempts to connect, or the connection. */
  close(): Promise<void>;
}

/** Connects in the background, again and again until MongoDB answers; returns at once. */
export function openDatabase(uri: string, logger: Logger): Database {
  const connection = mongoose.createConnection();
  const closing = new AbortController();
  connection.on("connected", () => {
    logger.info("MongoDB is connected");
  });
  connection.on("disconnected", () => {
    if (!closing.signal.aborted) logger.warn("MongoDB is away");
  });
  // Without a listener an error of a background check would end the process.
  connection.on("error", (err: unknown) => {
    logger.warn({ err }, "MongoDB connection error");
  });
  const connected = connectForever(connection, uri, logger, closing.signal);

  const admin = (command: Record<string, unknown>) =>
    whileAvailable(async () => {
      if (connection.db === undefined) throw new mongo.MongoNotConnectedError("not connected yet");
      return await connection.db.command(command);
    });

  return {
    connection,
    async ping() {
      const start = performance.now();
      await admin({ ping: 1 });
      return performance.now() - start;
    },
    async version() {
      return String((await admin({ buildInfo: 1 })).version);
    },
    async close() {
      closing.abort();
      await connected;
      await connection.close();
    },
  };
}

async function connectForever(connection: Connection, uri: string, logger: Logger, signal: AbortSignal) {
  while (!signal.aborted) {
    try {
      await connection.openUri(uri, {
        bufferCommands: false,
        autoCreate: false,
        serverSelectionTimeoutMS: operationTimeout,
        waitQueueTimeoutMS: operationTimeout,
        connectTimeoutMS: 5000,
        socketTimeoutMS: 45_000,
        heartbeatFrequencyMS: 2000,
        maxPoolSize: 10,
        minPoolSize: 1,
      });
      await Promise.all(Object.values(connection.models).map((model) => model.createIndexes()));
      return;
    } catch (err) {
      logger.warn({ err }, "can't connect to MongoDB yet");
      await sleep(connectPause, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** A MongoDB that neither answers nor hangs up; the operation may still happen. */
class OperationTimeout extends Error {}

/** Runs a database operation; while MongoDB is away it rejects with a 503 Problem, within 1.5 s. */
export async function whileAvailable<T>(operation: () => PromiseLike<T>): Promise<T> {
  const timer = new AbortController();
  const timeout = sleep(operationTimeout, undefined, { signal: timer.signal }).then(() => {
    throw new OperationTimeout(`no answer within ${operationTimeout} ms`);
  });
  try {
    return await Promise.race([operation(), timeout]);
  } catch (error) {
    if (!isAway(error)) throw error;
    throw unavailable("database_unavailable", "The database can't be reached: try again in a moment.", {
      cause: error,
    });
  } finally {
    timeout.catch(() => undefined);
    timer.abort();
  }
}

// Server codes of a MongoDB that stops, starts or changes its credentials (mongo/base/error_codes.yml):
// AuthenticationFailed, Unauthorized, ShutdownInProgress, NotWritablePrimary, InterruptedAtShutdown, …
const awayCodes = new Set([13, 18, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

const awayKinds = [
  mongo.MongoNetworkError,
  mongo.MongoServerSelectionError,
  mongo.MongoNotConnectedError,
  mongo.MongoTopologyClosedError,
  mongo.MongoClientClosedError,
  OperationTimeout,
];

function isAway(error: unknown): boolean {
  if (error instanceof mongo.MongoServerError) {
    // A bulk write wraps a lost connection in a server error, without a code.
    return error.code === undefined || awayCodes.has(Number(error.code));
  }
  if (awayKinds.some((kind) => error instanceof kind)) return true;
  // Of these two nothing but the name is public: no place in the pool, and Mongoose before its first connection.
  return error instanceof Error && ["MongoWaitQueueTimeoutError", "MongooseError"].includes(error.name);
}
