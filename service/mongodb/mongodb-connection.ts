import { setTimeout as sleep } from "node:timers/promises";
import mongoose, { mongo, type Connection, type Model } from "mongoose";
import type { Logger } from "pino";
import { Problem } from "../http/problem.ts";
import { watchAvailability, type Availability } from "./mongodb-availability.ts";
import { isLate, isUnavailable } from "./unavailable-errors.ts";

/** Milliseconds of a ping, after which MongoDB counts as slow. */
const pingTimeoutMs = 800;

/** Milliseconds without an answer to any operation after which a slow MongoDB counts as unavailable. */
const slowMs = 2000;

/** How long MongoDB is waited for, in milliseconds. */
export interface MongoTimeouts {
  /** For one operation, with everything that it waits for. */
  readonly operationMs: number;
  /** For a place in a queue. An operation that gets none fails before MongoDB knows of it. */
  readonly queueMs: number;
}

/**
 * The part of the time to an answer that is for MongoDB. A request may wait for room first, a tenth is for the pod's own
 * work, and an operation that got a place in a queue needs time for MongoDB's answer.
 * @param deadlineMs milliseconds from the request to its answer
 */
export function mongoTimeouts(deadlineMs: number): MongoTimeouts {
  return { operationMs: Math.round(deadlineMs * 0.7), queueMs: Math.round(deadlineMs * 0.55) };
}

/** Milliseconds between attempts at the first connection. */
const connectPause = 500;

/** A connection that is made in the background and heals by itself. */
export interface Database extends Pick<Availability, "operation" | "request"> {
  readonly connection: Connection;
  readonly timeouts: MongoTimeouts;
  /** Milliseconds of one round trip. Rejects with a 503 Problem while MongoDB is unavailable. */
  ping(): Promise<number>;
  /** As `ping`, but a MongoDB that has answered anybody within two seconds is not unavailable, only slow. */
  reach(): Promise<void>;
  /** MongoDB's version. Rejects as `ping` does. */
  version(): Promise<string>;
  /** Ends the attempts to connect, or the connection. */
  close(): Promise<void>;
}

/** What {@link openDatabase} works with. */
export interface DatabaseOptions {
  /** MongoDB's connection string. */
  readonly uri: string;
  /** File with the certificates of the CA that the connection trusts, over TLS. @default as in the connection string */
  readonly caFile?: string | undefined;
  readonly logger: Logger;
  /** Milliseconds from a request to its answer. */
  readonly deadlineMs: number;
  /** Given each client before it connects. */
  readonly watch?: (client: mongo.MongoClient) => void;
  /** Whether the client tells of each command, which costs. @default false */
  readonly monitorCommands?: boolean;
}

/** Connects in the background, repeatedly until MongoDB answers; returns at once. */
export function openDatabase({ uri, caFile, logger, deadlineMs, ...options }: DatabaseOptions): Database {
  const { watch = () => undefined, monitorCommands = false } = options;
  const connection = mongoose.createConnection();
  const closing = new AbortController();
  const tls = tlsOptions(caFile);
  const timeouts = mongoTimeouts(deadlineMs);
  const availability = watchAvailability(timeouts.operationMs);
  logState(connection, logger, closing.signal);
  const connect = async (patience: number) => {
    const waits = connectTimeouts(timeouts, patience);
    const opening = connection.openUri(uri, { ...connectionOptions, ...tls, ...waits, monitorCommands });
    watch(connection.getClient());
    await opening;
  };
  const connected = connectForever(connection, connect, logger, closing.signal);

  const admin = (command: Record<string, unknown>) =>
    availability.operation(async () => {
      if (connection.db === undefined) throw new mongo.MongoNotConnectedError("not connected yet");
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
        const isSlow = error instanceof Problem && isLate(error.cause);
        if (!isSlow || performance.now() - availability.lastAnswer() > slowMs) throw error;
      });
    },
    async version() {
      return String((await admin({ buildInfo: 1 })).version);
    },
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
  // Without a listener an error of a background check would end the process.
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
  // A new pod has all of its connections before its first requests: none of them waits for a login.
  minPoolSize: 10,
};

/** The driver reads a CA only for a connection that uses TLS, which the file alone does not turn on. */
function tlsOptions(caFile: string | undefined) {
  return caFile === undefined ? {} : { tls: true, tlsCAFile: caFile };
}

/**
 * The first connection takes TCP, TLS, hello and SCRAM, up to six round trips, under the timeouts of an operation.
 * @param patience how many times as long as an operation, for a distant MongoDB
 */
function connectTimeouts({ operationMs, queueMs }: MongoTimeouts, patience: number) {
  return {
    // Less than an operation, or an unavailable MongoDB would count as a slow one.
    serverSelectionTimeoutMS: Math.round(operationMs * 0.9) * patience,
    waitQueueTimeoutMS: queueMs * patience,
  };
}

/** Attempts become more patient, up to eight times. */
const maxPatience = 8;

async function connectForever(
  connection: Connection,
  connect: (patience: number) => Promise<void>,
  logger: Logger,
  signal: AbortSignal,
) {
  let patience = 1;
  while (!signal.aborted) {
    try {
      await connect(patience);
      await Promise.all(
        Object.values(connection.models).map((model) =>
          indexForever(model as Model<unknown>, logger, signal),
        ),
      );
      return;
    } catch (err) {
      logger.warn({ err }, "can't connect to MongoDB yet");
      // An unavailable MongoDB needs no patience: only one that is too slow to greet or to log in to.
      if (isLate(err) || isSilent(err)) patience = Math.min(patience * 2, maxPatience);
      await sleep(connectPause, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Whether MongoDB did not greet in time, though nothing rejected the connection. */
function isSilent(error: unknown): boolean {
  if (!(error instanceof mongoose.Error.MongooseServerSelectionError)) return false;
  // Mongoose's types leave it out.
  const { servers } = (error as Error & { readonly reason: mongo.TopologyDescription }).reason;
  return [...servers.values()].every((server) => server.error === null);
}

/** Creates a collection's indexes, repeatedly until MongoDB answers. The service also serves without an index. */
async function indexForever(model: Model<unknown>, logger: Logger, signal: AbortSignal) {
  while (!signal.aborted) {
    try {
      await model.createIndexes();
      return;
    } catch (err) {
      const willRetry = isUnavailable(err) || isLate(err);
      const collection = model.collection.name;
      logger.error({ err, collection, willRetry }, "can't create an index");
      // Documents contradict a unique index, or another index has its name: only a person can fix that.
      if (!willRetry) return;
      await sleep(connectPause, undefined, { signal }).catch(() => undefined);
    }
  }
}
