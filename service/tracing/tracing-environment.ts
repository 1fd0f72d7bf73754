import type { TextMapPropagator } from "@opentelemetry/api";
import {
  CompositePropagator,
  getNumberFromEnv,
  getStringFromEnv,
  getStringListFromEnv,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from "@opentelemetry/core";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type BatchSpanProcessorOptions,
  type Sampler,
} from "@opentelemetry/sdk-trace";
import type { Logger } from "pino";

// OpenTelemetry's SDK for Node reads these variables, but includes every exporter: 20 MB. The parts of the SDK that the
// service uses read the other variables.

type Warn = Pick<Logger, "warn">;

const samplers: Readonly<Record<string, (logger: Warn) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (logger) => new TraceIdRatioBasedSampler(ratio(logger)),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (logger) =>
    new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio(logger)) }),
};
const defaultSampler = "parentbased_always_on";

/** Returns the sampler of OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG, default `parentbased_always_on`. */
export function samplerOf(logger: Warn): Sampler {
  const name = getStringFromEnv("OTEL_TRACES_SAMPLER") ?? defaultSampler;
  const sampler = Object.hasOwn(samplers, name) ? samplers[name] : undefined;
  if (sampler !== undefined) return sampler(logger);
  logger.warn(
    `OTEL_TRACES_SAMPLER must be one of ${Object.keys(samplers).join(", ")}, not "${name}": the service uses ${defaultSampler}`,
  );
  return new ParentBasedSampler({ root: new AlwaysOnSampler() });
}

function ratio(logger: Warn): number {
  const value = getNumberFromEnv("OTEL_TRACES_SAMPLER_ARG") ?? 1;
  if (value >= 0 && value <= 1) return value;
  logger.warn(`OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, not ${value}: the service uses 1`);
  return 1;
}

/** Returns the propagator of OTEL_PROPAGATORS, default `tracecontext,baggage`. `none` continues no trace. */
export function propagatorOf(logger: Warn): TextMapPropagator {
  const names = new Set(getStringListFromEnv("OTEL_PROPAGATORS") ?? ["tracecontext", "baggage"]);
  const propagators = names.has("none") ? [] : [...names].flatMap((name) => propagator(name, logger));
  return new CompositePropagator({ propagators });
}

function propagator(name: string, logger: Warn): TextMapPropagator[] {
  if (name === "tracecontext") return [new W3CTraceContextPropagator()];
  if (name === "baggage") return [new W3CBaggagePropagator()];
  logger.warn(
    `OTEL_PROPAGATORS must be tracecontext, baggage or none, not "${name}": the service ignores this value`,
  );
  return [];
}

const batchVariables = {
  OTEL_BSP_SCHEDULE_DELAY: "scheduledDelayMillis",
  OTEL_BSP_EXPORT_TIMEOUT: "exportTimeoutMillis",
  OTEL_BSP_MAX_QUEUE_SIZE: "maxQueueSize",
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "maxExportBatchSize",
} as const;

/** Limits of the span queue, from the variables OTEL_BSP_…. Default: OpenTelemetry's 2048 spans and 5 s. */
export function batchLimits(): Omit<BatchSpanProcessorOptions, "exporter"> {
  const set = Object.entries(batchVariables).map(([name, option]) => [option, getNumberFromEnv(name)]);
  return Object.fromEntries(set.filter(([, value]) => Number(value) > 0)) as Omit<
    BatchSpanProcessorOptions,
    "exporter"
  >;
}
