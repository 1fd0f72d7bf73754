import { randomUUID } from "node:crypto";
import type { Middleware } from "koa";
import type { Logger } from "pino";
import type { Observer } from "./request-observer.ts";
import type { RequestIds } from "./problem.ts";

const requestIdHeader = "X-Request-Id";

/** Middleware: takes the request id from `X-Request-Id`, or generates one, and returns the id with the answer. */
export function assignRequestId(): Middleware {
  return function setRequestId(ctx, next) {
    const clientId = ctx.get(requestIdHeader);
    // An id with other characters could forge log lines of other tools.
    const requestId = /^[\w.:-]{1,128}$/.test(clientId) ? clientId : randomUUID();
    ctx.state.requestId = requestId;
    ctx.set(requestIdHeader, requestId);
    return next();
  };
}

/** Logs one JSON line for each request. */
export function logRequests(logger: Logger): Observer {
  return ({ state, ip, method, path, status }, ms) => {
    const { requestId, traceId } = state as RequestIds;
    // Probes come every few seconds, which is too often for the level `info`.
    const level = path.startsWith("/health/") && status < 500 ? "debug" : "info";
    logger[level](
      { requestId, traceId, client: ip, method, path, status, ms: Math.round(ms * 10) / 10 },
      "request",
    );
  };
}
