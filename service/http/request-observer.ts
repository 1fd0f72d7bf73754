import type { Context, Middleware } from "koa";
import type { Metrics } from "../metrics/metrics.ts";
import { whenAnswered } from "./response-end.ts";

/** Called after each request, with its duration in milliseconds. Must not throw: nothing catches its errors. */
export type Observer = (ctx: Context, ms: number) => void;

/** Middleware: calls the observers after each request. The answer is sent first, so no client waits for them. */
export function observe(...observers: readonly Observer[]): Middleware {
  return async function observeRequest(ctx, next) {
    const start = performance.now();
    await next();
    const ms = performance.now() - start;
    whenAnswered(ctx.res, () => {
      for (const tell of observers) tell(ctx, ms);
    });
  };
}

/** Counts requests, by route and status. */
export function countRequests(metrics: Pick<Metrics, "request">): Observer {
  return (ctx, ms) => {
    metrics.request(ctx.method, routeOf(ctx), ctx.status, ms / 1000);
  };
}

/** The path as its route has it: paths themselves are without number, and a metric's labels must not be. */
export function routeOf(ctx: object): string | undefined {
  // The router's types leave it out.
  return (ctx as { readonly _matchedRoute?: string | RegExp })._matchedRoute?.toString();
}
