import type { Context, Middleware } from "koa";
import { bodyLimit } from "./request-body.ts";
import { isProbe } from "./probe-path.ts";
import { unavailable } from "./problem.ts";
import { whenAnswered } from "./response-end.ts";
import { trackUploads } from "./slow-uploads.ts";

/** Limits of the memory that requests hold, and of the time that a request waits for memory. */
export interface AdmissionLimits {
  /**
   * Bytes of all in-flight requests and answers. A request counts as {@link requestBytes} plus {@link bodyCopies} times
   * its body.
   */
  readonly heldBytes: number;
  /** Bytes of all waiting requests. Each counts as {@link requestBytes} plus the part of its body that Node has read. */
  readonly waitingBytes: number;
  /** Maximum wait for memory, in milliseconds. */
  readonly waitMs: number;
  /** Maximum wait in milliseconds in a lasting overload: the queue has not been empty for `waitMs`. */
  readonly overloadedWaitMs: number;
  /** Time in milliseconds that every client has to send its body. */
  readonly slowClientMs: number;
}

/**
 * The limits of the service. Two thousand small requests may be in flight, and as many may wait. After the longest wait,
 * a request still has four fifths of its deadline.
 */
export function admissionLimits(settings: { maxHeldBytes: number; deadlineMs: number }): AdmissionLimits {
  const { maxHeldBytes: heldBytes, deadlineMs } = settings;
  return {
    heldBytes,
    waitingBytes: heldBytes,
    waitMs: deadlineMs / 5,
    overloadedWaitMs: deadlineMs / 40,
    slowClientMs: deadlineMs,
  };
}

/** Bytes that a request holds in addition to its body: head, context and queue entries. */
export const requestBytes = 4 * 1024;

/** Copies of a body that a request holds: bytes, text, object and BSON. */
export const bodyCopies = 4;

/**
 * Middleware: admits requests while the bytes that they hold are within the limit. Other requests wait, and get
 * 503 `overloaded` if no memory becomes free in time. Before that, slow uploads get 408, because a few slow clients
 * could hold all memory. Probes never wait, because a busy pod is not a dead one. Sets `ctx.state.uploads`.
 */
export function admitRequests(limits: AdmissionLimits): Middleware {
  const uploads = trackUploads(limits.slowClientMs);
  const memory = createMemoryQueue(limits, uploads.endSlow);
  return async function admitRequest(ctx, next) {
    if (isProbe(ctx.path)) {
      await next();
      return;
    }
    const body = bodyBytes(ctx);
    const bytes = requestBytes + bodyCopies * body;
    const waiting = memory.acquire(bytes, requestBytes + Math.min(body, unreadBytes));
    if (waiting !== undefined) await waiting;
    ctx.state.uploads = uploads;
    try {
      await next();
    } finally {
      // From here on, the pod holds the answer instead of the body, until the client has read the answer.
      // For an answer without a body, `length` is undefined, although Koa's type says otherwise.
      const left = requestBytes + (ctx.response.length || 0);
      memory.release(bytes - left);
      whenAnswered(ctx.res, () => {
        memory.release(left);
      });
    }
  };
}

/** 503 `overloaded`: the pod can't answer the request in time. */
export function overloaded(cause?: unknown) {
  const detail = "The pod has more requests than it can answer in time. Try again in a moment.";
  return unavailable("overloaded", detail, { cause });
}

/** Bytes that the body will hold. A body over the limit is rejected unread. */
function bodyBytes({ req }: Context): number {
  const length = req.headers["content-length"];
  if (length === undefined) return req.headers["transfer-encoding"] === undefined ? 0 : bodyLimit;
  return Math.min(Number(length), bodyLimit);
}

interface MemoryQueue {
  /**
   * Reserves bytes. Returns undefined if the bytes are free, else a promise that may reject with a 503 Problem.
   * @param bytesInQueue bytes that the request holds while it waits
   * @throws {Problem} 503 if the waiting requests hold too many bytes already
   */
  acquire(bytes: number, bytesInQueue: number): Promise<void> | undefined;
  /** Releases bytes. A negative number reserves more bytes without a wait. */
  release(bytes: number): void;
}

interface Waiting {
  readonly bytes: number;
  readonly bytesInQueue: number;
  readonly admit: () => void;
}

/** Bytes of a body that Node reads from a connection before anybody reads the body. */
const unreadBytes = 64 * 1024;

/**
 * A queue that limits waits as in "Fail at Scale" (Ben Maurer, ACM Queue 2015), after CoDel. A burst may wait long.
 * In a lasting overload, a short wait rejects early and keeps the other requests fast.
 * @param freeMemory ends other requests, before a waiting request is rejected
 */
function createMemoryQueue(
  { heldBytes, waitingBytes, waitMs, overloadedWaitMs }: AdmissionLimits,
  freeMemory: () => void,
): MemoryQueue {
  const queue = new Set<Waiting>();
  let held = 0;
  let heldInQueue = 0;
  let queuedSince = 0;
  // A single request always fits, whatever its size.
  const fits = (bytes: number) => held === 0 || held + bytes <= heldBytes;

  function leave(waiting: Waiting): boolean {
    if (!queue.delete(waiting)) return false;
    heldInQueue -= waiting.bytesInQueue;
    return true;
  }

  function wait(bytes: number, bytesInQueue: number): Promise<void> {
    const now = performance.now();
    if (queue.size === 0) queuedSince = now;
    const maxWaitMs = now - queuedSince > waitMs ? overloadedWaitMs : waitMs;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        // After a pause of the process, timers run before the bodies and the answers that have arrived meanwhile.
        setImmediate(() => {
          if (!queue.has(waiting)) return;
          freeMemory();
          setImmediate(() => {
            if (!leave(waiting)) return;
            reject(overloaded());
            // A smaller request behind this one may fit.
            admitWaiting();
          });
        });
      }, maxWaitMs);
      const waiting: Waiting = {
        bytes,
        bytesInQueue,
        admit() {
          clearTimeout(timer);
          resolve();
        },
      };
      queue.add(waiting);
      heldInQueue += bytesInQueue;
    });
  }

  function admitWaiting(): void {
    for (const waiting of queue) {
      if (!fits(waiting.bytes)) return;
      leave(waiting);
      held += waiting.bytes;
      waiting.admit();
    }
  }

  return {
    acquire(bytes, bytesInQueue) {
      if (queue.size === 0 && fits(bytes)) {
        held += bytes;
        return undefined;
      }
      if (queue.size > 0 && heldInQueue + bytesInQueue > waitingBytes) throw overloaded();
      return wait(bytes, bytesInQueue);
    },
    release(bytes) {
      held -= bytes;
      admitWaiting();
    },
  };
}
