import { overloaded } from "../http/admission.ts";
import { unavailable, type Problem } from "../http/problem.ts";
import { isTimeout, isUnavailable, OperationTimeout } from "./unavailable-errors.ts";

/** Milliseconds without an answer to any pending operation after which MongoDB counts as unavailable. */
const silenceMs = 1000;

/** Milliseconds between two checks for silence. A pause of this process counts as one check, whatever its length. */
const checkMs = 100;

/** Availability of MongoDB, measured by the operations of this process. */
export interface Availability {
  /**
   * Runs one operation of MongoDB. Rejects in time with a 503 Problem: `database_unavailable`, or `overloaded` if
   * MongoDB answered only other operations meanwhile.
   * @param timeoutMs milliseconds for this operation. @default `defaultTimeoutMs` of {@link watchAvailability}
   */
  readonly operation: <T>(run: () => PromiseLike<T>, timeoutMs?: number) => Promise<T>;
  /**
   * Waits for an operation on behalf of one request. Several requests may share the operation. Rejects like
   * `operation`. After a second without an answer from MongoDB, one request tries, and the others are rejected at once.
   */
  readonly request: <T>(run: () => PromiseLike<T>) => Promise<T>;
  /** `performance.now()` of MongoDB's last answer. `-Infinity` before the first one. */
  lastAnswer(): number;
  /** Stops the checks. */
  close(): void;
}

/** @param defaultTimeoutMs maximum milliseconds of an operation, and of a request's wait */
export function watchAvailability(defaultTimeoutMs: number): Availability {
  let lastAnswer = -Infinity;
  let pendingOperations = 0;
  let silentChecks = 0;
  const checkTimer = setInterval(() => {
    if (pendingOperations > 0) silentChecks++;
  }, checkMs).unref();

  async function operation<T>(run: () => PromiseLike<T>, timeoutMs = defaultTimeoutMs): Promise<T> {
    const start = performance.now();
    pendingOperations++;
    try {
      const result = await withTimeout(run, timeoutMs);
      recordAnswer();
      return result;
    } catch (error) {
      const problem = problemOf(error, start);
      if (problem === undefined) recordAnswer();
      throw problem ?? error;
    } finally {
      pendingOperations--;
    }
  }

  async function request<T>(run: () => PromiseLike<T>): Promise<T> {
    if (pendingOperations > 0 && silentChecks * checkMs >= silenceMs) throw databaseUnavailable();
    const start = performance.now();
    try {
      return await withTimeout(run, defaultTimeoutMs);
    } catch (error) {
      throw problemOf(error, start) ?? error;
    }
  }

  function recordAnswer(): void {
    lastAnswer = performance.now();
    silentChecks = 0;
  }

  function problemOf(error: unknown, start: number): Problem | undefined {
    if (isTimeout(error)) return lastAnswer > start ? overloaded(error) : databaseUnavailable(error);
    return isUnavailable(error) ? databaseUnavailable(error) : undefined;
  }

  return {
    operation,
    request,
    lastAnswer: () => lastAnswer,
    close() {
      clearInterval(checkTimer);
    },
  };
}

function databaseUnavailable(cause?: unknown): Problem {
  return unavailable("database_unavailable", "The database is unavailable: try again in a moment.", {
    cause,
  });
}

/** Runs for every request, so a plain timer: `timers/promises` with a signal costs ten times as much. */
function withTimeout<T>(run: () => PromiseLike<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    let late: NodeJS.Immediate | undefined;
    const timer = setTimeout(() => {
      // After a pause of the process, timers run before the answers that have arrived meanwhile.
      late = setImmediate(() => {
        reject(new OperationTimeout(`MongoDB did not answer within ${timeoutMs} ms`));
      });
    }, timeoutMs);
    const settle = <Value>(settled: (value: Value) => void) => {
      return (value: Value) => {
        clearTimeout(timer);
        clearImmediate(late);
        settled(value);
      };
    };
    run().then(settle(resolve), settle(reject));
  });
}
