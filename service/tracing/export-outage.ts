import { ExportResultCode } from "@opentelemetry/core";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import type { Logger } from "pino";

/**
 * Wraps an exporter to log outages: one line when spans are lost, and one when they arrive again. OpenTelemetry itself
 * logs nothing, so a wrong address would stay unnoticed.
 */
export function logOutages(exporter: SpanExporter, logger: Pick<Logger, "warn" | "info">): SpanExporter {
  let isOut = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const hasFailed = result.code !== ExportResultCode.SUCCESS;
        if (hasFailed && !isOut) {
          logger.warn(
            { reason: result.error?.message },
            "traces are lost: the collector does not accept them",
          );
        }
        if (!hasFailed && isOut) logger.info("the collector accepts traces again");
        isOut = hasFailed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}
