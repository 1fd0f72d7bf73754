import { createServer, type RequestListener, type Server } from "node:http";
import { serverLimits, type ServerLimits } from "./server-limits.ts";
import { limitPipelining } from "./pipelining.ts";
import { rejectOutsideKoa, type RejectionDeps } from "./rejected-connection.ts";
import { continueOnRead } from "./request-body.ts";
import { lingerAfterUnreadBodies } from "./unread-body.ts";
import { keepUnusedConnections } from "./unused-connections.ts";

/** Dependencies of the server. */
export interface ServerDeps extends RejectionDeps {
  readonly handle: RequestListener;
  /** @default {@link serverLimits} */
  readonly limits?: ServerLimits;
}

/** Creates an HTTP server with limits, which does not listen yet. */
export function createHttpServer({ handle, limits = serverLimits, ...rejectionDeps }: ServerDeps): Server {
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: limits.checkIntervalMs,
      maxHeaderSize: limits.maxHeaderBytes,
      // Node would answer without a body. `checkRequestHead` answers with a problem.
      requireHostHeader: false,
    },
    limitPipelining(handle, limits.maxPipelined),
  );
  server.setTimeout(limits.stalledTimeoutMs);
  keepUnusedConnections(server, limits);
  // request-head.ts counts the headers. Node would report headers that are too large, or drop those over its limit.
  server.maxHeadersCount = 0;
  server.maxConnections = limits.maxConnections;
  // Closes idle connections to free sockets: without a socket for a probe, the kubelet would restart the pod.
  server.on("drop", () => {
    server.closeIdleConnections();
  });
  // Node would ask for the body before any code has checked the headers.
  server.on("checkContinue", (request, response) => {
    continueOnRead(request);
    server.emit("request", request, response);
  });
  // Node would answer an `Expect` other than 100-continue without a body.
  server.on("checkExpectation", (request, response) => {
    server.emit("request", request, response);
  });
  lingerAfterUnreadBodies(server, limits);
  rejectOutsideKoa(server, limits, rejectionDeps);
  return server;
}
