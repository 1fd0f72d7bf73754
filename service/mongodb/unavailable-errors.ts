import { mongo } from "mongoose";

/** MongoDB did not answer in time, but kept the connection open. The operation may still happen. */
export class OperationTimeout extends Error {}

/**
 * MongoDB's error codes while it can't serve any request.
 * Source: mongo/base/error_codes.yml.
 */
const unavailableCodes = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  8, // UnknownError. WiredTiger passes on system errors with this code, such as a missing file or a full disk.
  13, // Unauthorized, while the credentials change.
  18, // AuthenticationFailed, while the credentials change.
  64, // WriteConcernTimeout
  89, // NetworkTimeout
  91, // ShutdownInProgress
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  189, // PrimarySteppedDown
  262, // ExceededTimeLimit
  9001, // SocketException
  10058, // LegacyNotPrimary
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11602, // InterruptedDueToReplStateChange
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
  14031, // OutOfDiskSpace
]);

const unavailableClasses = [
  mongo.MongoNetworkError,
  mongo.MongoServerSelectionError,
  mongo.MongoNotConnectedError,
  mongo.MongoTopologyClosedError,
  mongo.MongoClientClosedError,
];

// Node's error codes for a connection that MongoDB has just closed. The driver does not wrap these errors.
const closedConnectionCodes = new Set([
  "EPIPE",
  "ECONNRESET",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_WRITE_AFTER_END",
]);

/** Whether MongoDB can't be reached, or can't serve. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof mongo.MongoServerError) {
    // A bulk write wraps a lost connection in a server error without a code.
    return error.code === undefined || unavailableCodes.has(Number(error.code));
  }
  if (unavailableClasses.some((unavailableClass) => error instanceof unavailableClass)) return true;
  if (error instanceof Error && "code" in error && closedConnectionCodes.has(String(error.code))) return true;
  // Before its first connection, Mongoose throws an error of which only the name is public.
  return error instanceof Error && error.name === "MongooseError";
}

/** Whether no answer came in time, or no connection became free (only the name of that error is public). */
export function isTimeout(error: unknown): boolean {
  return (
    error instanceof OperationTimeout ||
    (error instanceof Error && error.name === "MongoWaitQueueTimeoutError")
  );
}
