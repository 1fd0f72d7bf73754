import type { Middleware } from "koa";
import { whenAnswered } from "./response-end.ts";
import { unavailable } from "./problem.ts";

/**
 * Middleware: while `most` requests are in flight, every other one is answered 503 `overloaded` at once. In flight is a
 * request until its answer is sent and its work is done: both hold memory, and a client may leave before its work ends.
 */
export function shedLoad(most: number): Middleware {
  let inFlight = 0;
  const release = () => {
    inFlight--;
  };
  return async function shedLoadOverMost(ctx, next) {
    // A busy pod is not a dead one: its probes are always answered.
    if (isHealth(ctx.path)) {
      await next();
      return;
    }
    if (inFlight >= most) throw overloaded();
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
