import type { Context, Middleware } from "koa";
import type { Logger } from "pino";
import type { Metrics } from "../metrics/metrics.ts";
import { whenAnswered } from "./response-end.ts";

/** Called after each request, with the duration in milliseconds. Must not throw: no code catches its errors. */
export type Observer = (ctx: Context, ms: number) => void;

/** Middleware: calls the observers after each answer is sent, so that no client waits for them. */
export function observe(...observers: readonly Observer[]): Middleware {
  return async function observeRequest(ctx, next) {
    const start = performance.now();
    await next();
    const ms = performance.now() - start;
    whenAnswered(ctx.res, () => {
      for (const observer of observers) observer(ctx, ms);
    });
  };
}

/** Counts requests, by route and status. */
export function countRequests(metrics: Pick<Metrics, "request">): Observer {
  return (ctx, ms) => {
    metrics.request(ctx.method, routeOf(ctx), ctx.status, ms / 1000);
  };
}

/** Logs an answer of text whose connection broke before all of it was sent. Koa reports other answers itself. */
export function logBrokenAnswers(logger: Pick<Logger, "warn">): Observer {
  return ({ req, res, body }) => {
    const err = req.socket.errored;
    if (typeof body === "string" && err !== null && !res.writableFinished)
      logger.warn({ reason: err.message }, "the answer was not sent completely");
  };
}

/** Returns the route's pattern, such as `/data/:id`, because the labels of a metric must have few values. */
export function routeOf(ctx: object): string | undefined {
  // The router's types don't declare `_matchedRoute`.
  return (ctx as { readonly _matchedRoute?: string | RegExp })._matchedRoute?.toString();
}
