import type { Middleware } from "koa";
import type { Metrics } from "../metrics/metrics.ts";
import { whenAnswered } from "./answered.ts";

/** Middleware: tells of every request how it was answered, and how long that took. */
export function observe(metrics: Pick<Metrics, "request">): Middleware {
  return async function observeRequest(ctx, next) {
    const start = performance.now();
    await next();
    const seconds = (performance.now() - start) / 1000;
    whenAnswered(ctx.res, () => {
      metrics.request(ctx.method, routeOf(ctx), ctx.status, seconds);
    });
  };
}

/** The path as its route has it: paths themselves are without number, and a metric's labels must not be. */
export function routeOf(ctx: object): string | undefined {
  // The router's types leave it out.
  return (ctx as { readonly _matchedRoute?: string | RegExp })._matchedRoute?.toString();
}
