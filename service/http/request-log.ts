import { randomUUID } from "node:crypto";
import type { Middleware } from "koa";
import type { Logger } from "pino";
import type { Observer } from "./request-observer.ts";
import type { RequestIds } from "./problem.ts";

const requestIdHeader = "X-Request-Id";

/** Middleware: assigns the client's `X-Request-Id`, or a new one, to a request, and returns it with the answer. */
export function assignRequestId(): Middleware {
  return function setRequestId(ctx, next) {
    const given = ctx.get(requestIdHeader);
    // An id that is not plain could forge log lines of other tools.
    const requestId = /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
    ctx.state.requestId = requestId;
    ctx.set(requestIdHeader, requestId);
    return next();
  };
}

/** Logs one JSON line for each request. */
export function logRequests(logger: Logger): Observer {
  return ({ state, ip, method, path, status }, ms) => {
    const { requestId, traceId } = state as RequestIds;
    // Probes come every few seconds from every node: noise unless asked for.
    const level = path.startsWith("/health/") && status < 500 ? "debug" : "info";
    logger[level](
      { requestId, traceId, client: ip, method, path, status, ms: Math.round(ms * 10) / 10 },
      "request",
    );
  };
}
