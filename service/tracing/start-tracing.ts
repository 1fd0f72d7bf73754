import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  serviceNameEnvDetector,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { Middleware } from "koa";
import type { mongo } from "mongoose";
import type { Logger } from "pino";
import { logOutages } from "./export-outage.ts";
import { traceCommands } from "./mongodb-spans.ts";
import { traceRequests } from "./request-spans.ts";
import { batchLimits, propagatorOf, samplerOf } from "./tracing-environment.ts";

/** Options of {@link startTracing}. OTEL_RESOURCE_ATTRIBUTES overrides version and pod name in the spans. */
export interface TracingOptions {
  readonly version: string;
  readonly podName: string;
  readonly logger: Pick<Logger, "warn" | "info">;
}

/** Traces requests and their commands to MongoDB. */
export interface Tracing {
  /** Must be the outermost middleware. Sets `ctx.state.traceId`. */
  readonly middleware: Middleware;
  /** Creates a span for each command of a client, which needs the option `monitorCommands`. */
  watch(client: mongo.MongoClient): void;
  /** Sends the remaining spans, within two seconds. */
  close(): Promise<void>;
}

/** Milliseconds to send the remaining spans when the process ends. */
const shutdownTimeoutMs = 2000;

/**
 * Starts tracing. OpenTelemetry's instrumentations for Koa and the driver patch modules while they are loaded, but a
 * bundle loads no modules. Instead, a middleware and the driver's command monitoring create spans with the same names
 * (semantic conventions for HTTP and databases). Everything else comes from OpenTelemetry's environment variables,
 * including the service's name (OTEL_SERVICE_NAME).
 */
export function startTracing({ version, podName, logger }: TracingOptions): Tracing {
  const own = resourceFromAttributes({ "service.version": version, "service.instance.id": podName });
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(own)
      .merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] })),
    sampler: samplerOf(logger),
    // The variables OTEL_EXPORTER_OTLP_… set address, headers, timeout and certificates.
    spanProcessors: [
      new BatchSpanProcessor({ ...batchLimits(), exporter: logOutages(new OTLPTraceExporter(), logger) }),
    ],
  });
  const tracer = provider.getTracer("koa-mongo-stack", version);
  const contexts = new AsyncLocalStorageContextManager().enable();
  return {
    middleware: traceRequests(tracer, contexts, propagatorOf(logger)),
    watch(client) {
      traceCommands(client, tracer, contexts);
    },
    async close() {
      const timeout = new Promise((resolve) => setTimeout(resolve, shutdownTimeoutMs).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), timeout]);
    },
  };
}
