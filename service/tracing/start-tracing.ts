import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { Middleware } from "koa";
import type { mongo } from "mongoose";
import { traceCommands } from "./mongodb-spans.ts";
import { traceRequests } from "./request-spans.ts";

/** Who traces, and where to. */
export interface TracingOptions {
  /** The OTLP collector's address; spans go to `/v1/traces` there, over HTTP. */
  readonly endpoint: string;
  readonly version: string;
  readonly podName: string;
}

/** Traces of requests and of what they ask of MongoDB. */
export interface Tracing {
  /** Has to be the outermost. It sets `ctx.state.traceId`. */
  readonly middleware: Middleware;
  /** Makes a span of each command; the client has to monitor them. */
  watch(client: mongo.MongoClient): void;
  /** Sends what is left, within two seconds. */
  close(): Promise<void>;
}

/** Milliseconds that the collector has for what is left when the process ends. */
const farewell = 2000;

/**
 * Starts tracing. The instrumentations that OpenTelemetry has for Koa and the driver change modules while they are
 * loaded, and in a bundle there is nothing to load: so a middleware and the driver's own command monitoring do the same,
 * with the same names (semantic conventions for HTTP and databases).
 */
export function startTracing({ endpoint, version, podName }: TracingOptions): Tracing {
  const own = {
    "service.name": "koa-mongo-stack",
    "service.version": version,
    "service.instance.id": podName,
  };
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, "")}/v1/traces` });
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes(own)),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer("koa-mongo-stack", version);
  const contexts = new AsyncLocalStorageContextManager().enable();
  return {
    middleware: traceRequests(tracer, contexts),
    watch(client) {
      traceCommands(client, tracer, contexts);
    },
    async close() {
      const late = new Promise((resolve) => setTimeout(resolve, farewell).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
    },
  };
}
