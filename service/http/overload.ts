import type { Middleware } from "koa";
import { whenAnswered } from "./response-end.ts";
import { unavailable } from "./problem.ts";

/**
 * Middleware: while `maxInFlight` requests are in flight, answers every other request with 503 `overloaded` at once. A
 * request is in flight until its answer is sent and its work is done: both hold memory, and a client may leave earlier.
 */
export function shedLoad(maxInFlight: number): Middleware {
  let inFlight = 0;
  const release = () => {
    inFlight--;
  };
  return async function shedExcessLoad(ctx, next) {
    // A busy pod is not a dead one: its probes are always answered.
    if (isHealth(ctx.path)) {
      await next();
      return;
    }
    if (inFlight >= maxInFlight) throw overloaded();
    inFlight++;
    try {
      await next();
    } finally {
      whenAnswered(ctx.res, release);
    }
  };
}

/** 503: there is more to do than can be done in time. */
export function overloaded(cause?: unknown) {
  return unavailable("overloaded", "There is too much to do at the moment: try again in a moment.", {
    cause,
  });
}

function isHealth(path: string): boolean {
  return path === "/health" || path.startsWith("/health/");
}
