import { setTimeout as sleep } from "node:timers/promises";
import mongoose, { mongo, type Connection } from "mongoose";
import type { Logger } from "pino";
import { overloaded } from "./http/overload.ts";
import { Problem, unavailable } from "./http/problem.ts";

/** Milliseconds after which a caller is told that MongoDB is unavailable: an answer that takes a second is none. */
const operationTimeout = 800;

/**
 * Milliseconds that an operation waits for one of the pool's connections. An operation that gets none fails before
 * MongoDB knows of it, and an operation that gets one has time left for the answer.
 */
export const queueTimeoutMs = 500;

/** Milliseconds in which a MongoDB must be found: less than the above, or an unavailable one would count as slow. */
const selectionTimeout = 700;

/** Milliseconds without an answer to anybody after which MongoDB counts as unavailable. */
const slowness = 2000;

/** Milliseconds between attempts at the first connection. */
const connectPause = 500;

/** A connection that is made in the background and heals by itself. */
export interface Database {
  readonly connection: Connection;
  /** Milliseconds of one round trip. Rejects with a 503 Problem while MongoDB is unavailable. */
  ping(): Promise<number>;
  /** As `ping`, but a MongoDB that has answered anybody within two seconds is not unavailable, only slow. */
  reach(): Promise<void>;
  /** MongoDB's version. Rejects as `ping` does. */
  version(): Promise<string>;
  /** Ends the attempts to connect, or the connection. */
  close(): Promise<void>;
}

/**
 * Connects in the background, again and again until MongoDB answers; returns at once.
 * @param watch is given each client before it connects
 * @param monitorCommands whether the client tells of each command, which costs
 */
export function openDatabase(
  uri: string,
  logger: Logger,
  watch: (client: mongo.MongoClient) => void = () => undefined,
  monitorCommands = false,
): Database {
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
  const connect = async () => {
    const opening = connection.openUri(uri, { ...connectionOptions, monitorCommands });
    watch(connection.getClient());
    await opening;
  };
  const connected = connectForever(connection, connect, logger, closing.signal);

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
    async reach() {
      await admin({ ping: 1 }).catch((error: unknown) => {
        const isSlow = error instanceof Problem && isLate(error.cause);
        if (!isSlow || performance.now() - lastAnswer > slowness) throw error;
      });
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

const connectionOptions = {
  bufferCommands: false,
  autoCreate: false,
  serverSelectionTimeoutMS: selectionTimeout,
  waitQueueTimeoutMS: queueTimeoutMs,
  connectTimeoutMS: 5000,
  socketTimeoutMS: 45_000,
  heartbeatFrequencyMS: 2000,
  maxPoolSize: 10,
  // A new pod has all of its connections before its first requests: none of them waits for a login.
  minPoolSize: 10,
};

async function connectForever(
  connection: Connection,
  connect: () => Promise<void>,
  logger: Logger,
  signal: AbortSignal,
) {
  while (!signal.aborted) {
    try {
      await connect();
      await Promise.all(Object.values(connection.models).map((model) => model.createIndexes()));
      return;
    } catch (err) {
      logger.warn({ err }, "can't connect to MongoDB yet");
      await sleep(connectPause, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** When MongoDB has last answered an operation: a process has one database. */
let lastAnswer = -Infinity;

/** A MongoDB that neither answers nor hangs up; the operation may still happen. */
class OperationTimeout extends Error {}

/**
 * Runs a database operation. Rejects with a 503 Problem within 0.8 s: `database_unavailable` while MongoDB is
 * unavailable, `overloaded` if MongoDB was too slow for this operation and answered others meanwhile.
 */
export async function whileAvailable<T>(operation: () => PromiseLike<T>): Promise<T> {
  const start = performance.now();
  try {
    const result = await inTime(operation);
    lastAnswer = performance.now();
    return result;
  } catch (error) {
    if (isLate(error) && lastAnswer > start) throw overloaded(error);
    if (!isLate(error) && !isAway(error)) throw error;
    throw unavailable("database_unavailable", "The database can't be reached: try again in a moment.", {
      cause: error,
    });
  }
}

/** With a plain timer, because this runs for every request: `timers/promises` with a signal costs ten times as much. */
function inTime<T>(operation: () => PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new OperationTimeout(`no answer within ${operationTimeout} ms`));
    }, operationTimeout);
    const settle = <Value>(settled: (value: Value) => void) => {
      return (value: Value) => {
        clearTimeout(timer);
        settled(value);
      };
    };
    operation().then(settle(resolve), settle(reject));
  });
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
];

// Node's own errors of a connection that MongoDB has just ended, which the driver passes on as they are.
const endedCodes = new Set(["EPIPE", "ECONNRESET", "ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END"]);

function isAway(error: unknown): boolean {
  if (error instanceof mongo.MongoServerError) {
    // A bulk write wraps a lost connection in a server error, without a code.
    return error.code === undefined || awayCodes.has(Number(error.code));
  }
  if (awayKinds.some((kind) => error instanceof kind)) return true;
  if (error instanceof Error && "code" in error && endedCodes.has(String(error.code))) return true;
  // Nothing but the name is public: Mongoose before its first connection.
  return error instanceof Error && error.name === "MongooseError";
}

/** No answer in time, or no connection of the pool came free: of that error nothing but the name is public. */
function isLate(error: unknown): boolean {
  return (
    error instanceof OperationTimeout ||
    (error instanceof Error && error.name === "MongoWaitQueueTimeoutError")
  );
}
