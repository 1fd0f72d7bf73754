import { createServer, type Server } from "node:http";
import type { ReadableMetrics } from "./metrics.ts";

/**
 * Creates a server for `GET /metrics` only, which does not listen yet. Metrics have a separate port, because not every
 * client of the service may read them.
 */
export function createMetricsServer(metrics: ReadableMetrics): Server {
  return createServer((request, response) => {
    if (request.method !== "GET" || request.url?.split("?", 1)[0] !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { "Content-Type": metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
}
