import {
  defaultTextMapGetter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type ContextManager,
  type TextMapPropagator,
  type Tracer,
} from "@opentelemetry/api";
import type { Middleware } from "koa";
import { routeOf } from "../http/request-observer.ts";

/** Middleware: creates a span for each request, in the client's trace (W3C `traceparent`) or in a new one. */
export function traceRequests(
  tracer: Tracer,
  contexts: ContextManager,
  propagator: TextMapPropagator,
): Middleware {
  return async function traceRequest(ctx, next) {
    // Probes come every few seconds, and their spans have no use.
    if (ctx.path.startsWith("/health/")) {
      await next();
      return;
    }
    const parent = propagator.extract(ROOT_CONTEXT, ctx.req.headers, defaultTextMapGetter);
    const attributes = {
      "http.request.method": ctx.method,
      "url.path": ctx.path,
      "url.scheme": ctx.protocol,
    };
    const span = tracer.startSpan(ctx.method, { kind: SpanKind.SERVER, attributes }, parent);
    ctx.state.traceId = span.spanContext().traceId;
    try {
      await contexts.with(trace.setSpan(parent, span), next);
    } finally {
      const route = routeOf(ctx);
      if (route !== undefined) {
        span.updateName(`${ctx.method} ${route}`);
        span.setAttribute("http.route", route);
      }
      span.setAttribute("http.response.status_code", ctx.status);
      if (ctx.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    }
  };
}
