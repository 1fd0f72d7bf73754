import { randomUUID } from "node:crypto";
import type { Middleware } from "koa";
import type { Logger } from "pino";
import { whenAnswered } from "./answered.ts";

const requestIdHeader = "X-Request-Id";

/** Middleware: a JSON line a request, with the client's `X-Request-Id` or a new one, which the answer repeats. */
export function requestLog(logger: Logger): Middleware {
  return async function logRequest(ctx, next) {
    const start = performance.now();
    const given = ctx.get(requestIdHeader);
    // An id that is not plain could forge log lines of other tools.
    const requestId = /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
    ctx.state.requestId = requestId;
    ctx.set(requestIdHeader, requestId);
    await next();
    const ms = Math.round((performance.now() - start) * 10) / 10;
    whenAnswered(ctx.res, () => {
      // Probes come every few seconds from every node: noise unless asked for.
      const level = ctx.path.startsWith("/health/") && ctx.status < 500 ? "debug" : "info";
      const { traceId } = ctx.state as { traceId?: string };
      logger[level](
        { requestId, traceId, method: ctx.method, path: ctx.path, status: ctx.status, ms },
        "request",
      );
    });
  };
}
