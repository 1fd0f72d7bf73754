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

/** What the spans say of the process. OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME override it. */
export interface TracingOptions {
  readonly version: string;
  readonly podName: string;
  readonly logger: Pick<Logger, "warn" | "info">;
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
 * with the same names (semantic conventions for HTTP and databases). Everything else comes from OpenTelemetry's own
 * environment variables.
 */
export function startTracing({ version, podName, logger }: TracingOptions): Tracing {
  const own = resourceFromAttributes({ "service.version": version, "service.instance.id": podName });
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(own)
      .merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] })),
    sampler: samplerOf(logger),
    // Address, headers, timeout and certificates: OTEL_EXPORTER_OTLP_…
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
      const late = new Promise((resolve) => setTimeout(resolve, farewell).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
    },
  };
}
