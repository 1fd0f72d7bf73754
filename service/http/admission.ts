import type { Context, Middleware } from "koa";
import { bodyLimit } from "./request-body.ts";
import { isProbe } from "./probe-path.ts";
import { unavailable } from "./problem.ts";
import { whenAnswered } from "./response-end.ts";

/** What a pod holds in memory at once, and how long a request waits for room. */
export interface AdmissionLimits {
  /** Bytes of the requests and answers that the pod holds at once, as {@link requestBytes} counts them. */
  readonly heldBytes: number;
  /** Milliseconds that a request waits for room at most. */
  readonly waitMs: number;
  /** Milliseconds that a request waits at most once the queue has not been empty for `waitMs`: the overload lasts. */
  readonly overloadedWaitMs: number;
}

/** The limits of the service. A request that gets room late has four fifths of its time left. */
export function admissionLimits(settings: { maxHeldBytes: number; deadlineMs: number }): AdmissionLimits {
  const { maxHeldBytes: heldBytes, deadlineMs } = settings;
  return { heldBytes, waitMs: deadlineMs / 5, overloadedWaitMs: deadlineMs / 40 };
}

/** Bytes that a request holds beside its body: its head, its context and its place in the queues. */
export const requestBytes = 4 * 1024;

/**
 * Middleware: takes requests as long as the bytes that they hold are within the limit. The others wait, and get
 * 503 `overloaded` if no room comes. Probes never wait: a busy pod is not a dead one.
 */
export function admitRequests(limits: AdmissionLimits): Middleware {
  const room = createRoom(limits);
  return async function admitRequest(ctx, next) {
    if (isProbe(ctx.path)) {
      await next();
      return;
    }
    const bytes = requestBytes + bodyBytes(ctx);
    const waiting = room.take(bytes);
    if (waiting !== undefined) await waiting;
    try {
      await next();
    } finally {
      // The body has become an answer, which is held until the client has read it.
      // Koa has no length of an answer without a body, though its type says so.
      const left = requestBytes + (ctx.response.length || 0);
      room.give(bytes - left);
      whenAnswered(ctx.res, () => {
        room.give(left);
      });
    }
  };
}

/** 503: there is more to do than can be done in time. */
export function overloaded(cause?: unknown) {
  return unavailable("overloaded", "There is too much to do at the moment: try again in a moment.", {
    cause,
  });
}

/** Bytes that reading the body will take. A body over the limit is rejected unread. */
function bodyBytes({ req }: Context): number {
  const length = req.headers["content-length"];
  if (length === undefined) return req.headers["transfer-encoding"] === undefined ? 0 : bodyLimit;
  return Math.min(Number(length), bodyLimit);
}

interface Room {
  /**
   * Takes bytes: undefined if they are free, else a promise that rejects with a 503 Problem.
   * @throws {Problem} 503 when too many wait already
   */
  take(bytes: number): Promise<void> | undefined;
  /** Gives bytes back; a negative number takes more, which never waits. */
  give(bytes: number): void;
}

interface Waiting {
  readonly bytes: number;
  readonly admit: () => void;
}

/** Requests that wait at once: twice a burst of a thousand. They hold memory, too. */
const mostWaiting = 2000;

/**
 * A queue whose waits are bounded as in "Fail at Scale" (Ben Maurer, ACM Queue 2015), after CoDel: a burst may wait
 * long; in an overload that lasts, a short wait rejects early and keeps the others fast.
 */
function createRoom({ heldBytes, waitMs, overloadedWaitMs }: AdmissionLimits): Room {
  const queue = new Set<Waiting>();
  let held = 0;
  let queuedSince = 0;
  // A request alone always fits, whatever its size.
  const fits = (bytes: number) => held === 0 || held + bytes <= heldBytes;

  function wait(bytes: number): Promise<void> {
    const now = performance.now();
    if (queue.size === 0) queuedSince = now;
    const patience = now - queuedSince > waitMs ? overloadedWaitMs : waitMs;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        // After a pause of the process, timers come before the answers that made room meanwhile.
        setImmediate(() => {
          if (queue.delete(waiting)) reject(overloaded());
        });
      }, patience);
      const waiting: Waiting = {
        bytes,
        admit() {
          clearTimeout(timer);
          resolve();
        },
      };
      queue.add(waiting);
    });
  }

  return {
    take(bytes) {
      if (queue.size >= mostWaiting) throw overloaded();
      if (queue.size > 0 || !fits(bytes)) return wait(bytes);
      held += bytes;
      return undefined;
    },
    give(bytes) {
      held -= bytes;
      for (const waiting of queue) {
        if (!fits(waiting.bytes)) return;
        queue.delete(waiting);
        held += waiting.bytes;
        waiting.admit();
      }
    },
  };
}
