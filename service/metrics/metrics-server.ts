import { createServer, type Server } from "node:http";
import type { ReadableMetrics } from "./metrics.ts";

/**
 * A server for `GET /metrics` and nothing else, which does not listen yet. It has a port of its own, because what the
 * service tells of itself is not for everybody who may ask it.
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
