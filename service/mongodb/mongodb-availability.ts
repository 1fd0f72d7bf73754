import { overloaded } from "../http/admission.ts";
import { unavailable, type Problem } from "../http/problem.ts";
import { isLate, isUnavailable, OperationTimeout } from "./unavailable-errors.ts";

/** Milliseconds without an answer, although asked, after which MongoDB counts as unavailable. */
const silenceMs = 1000;

/** Milliseconds between two looks at the silence. A pause of this process counts as one look, whatever its length. */
const lookMs = 100;

/** Whether MongoDB answers, seen from the operations of this process. */
export interface Availability {
  /**
   * Runs one operation of MongoDB. Rejects with a 503 Problem in time: `database_unavailable` while MongoDB is
   * unavailable, `overloaded` if MongoDB was too slow for this operation and answered others meanwhile.
   * @param timeoutMs milliseconds for this operation. @default `timeoutMs` of {@link watchAvailability}
   */
  readonly operation: <T>(run: () => PromiseLike<T>, timeoutMs?: number) => Promise<T>;
  /**
   * Runs what a request waits for, which may be an operation of several requests. As {@link operation}; and while
   * MongoDB has answered nothing for a second, one request tries and the others are rejected at once.
   */
  readonly request: <T>(run: () => PromiseLike<T>) => Promise<T>;
  /** `performance.now()` of the last answer. */
  lastAnswer(): number;
  /** Ends the looks. */
  close(): void;
}

/** @param defaultTimeoutMs milliseconds that an operation, or the wait of a request, may take */
export function watchAvailability(defaultTimeoutMs: number): Availability {
  let lastAnswer = -Infinity;
  let asking = 0;
  let looks = 0;
  const looking = setInterval(() => {
    if (asking > 0) looks++;
  }, lookMs).unref();

  async function operation<T>(run: () => PromiseLike<T>, timeoutMs = defaultTimeoutMs): Promise<T> {
    const start = performance.now();
    asking++;
    try {
      const result = await inTime(run, timeoutMs);
      answered();
      return result;
    } catch (error) {
      const problem = problemOf(error, start);
      if (problem === undefined) answered();
      throw problem ?? error;
    } finally {
      asking--;
    }
  }

  async function request<T>(run: () => PromiseLike<T>): Promise<T> {
    if (asking > 0 && looks * lookMs >= silenceMs) throw databaseUnavailable();
    const start = performance.now();
    try {
      return await inTime(run, defaultTimeoutMs);
    } catch (error) {
      throw problemOf(error, start) ?? error;
    }
  }

  function answered(): void {
    lastAnswer = performance.now();
    looks = 0;
  }

  function problemOf(error: unknown, start: number): Problem | undefined {
    if (isLate(error)) return lastAnswer > start ? overloaded(error) : databaseUnavailable(error);
    return isUnavailable(error) ? databaseUnavailable(error) : undefined;
  }

  return {
    operation,
    request,
    lastAnswer: () => lastAnswer,
    close() {
      clearInterval(looking);
    },
  };
}

function databaseUnavailable(cause?: unknown): Problem {
  return unavailable("database_unavailable", "The database can't be reached: try again in a moment.", {
    cause,
  });
}

/** With a plain timer, because this runs for every request: `timers/promises` with a signal costs ten times as much. */
function inTime<T>(run: () => PromiseLike<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    let late: NodeJS.Immediate | undefined;
    const timer = setTimeout(() => {
      // After a pause of the process, timers come before the answers that have arrived meanwhile.
      late = setImmediate(() => {
        reject(new OperationTimeout(`no answer within ${timeoutMs} ms`));
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
