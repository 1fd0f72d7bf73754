import { createServer, type RequestListener, type Server } from "node:http";
import { serverLimits, type ServerLimits } from "./server-limits.ts";
import { limitPipelining } from "./pipelining.ts";
import { rejectOutsideKoa, type RejectionDeps } from "./rejected-connection.ts";
import { continueOnRead } from "./request-body.ts";
import { lingerAfterUnreadBodies } from "./unread-body.ts";
import { keepUnusedConnections } from "./unused-connections.ts";

/** What the server needs from outside. */
export interface ServerDeps extends RejectionDeps {
  readonly handle: RequestListener;
  /** @default {@link serverLimits} */
  readonly limits?: ServerLimits;
}

/** An HTTP server with limits, which does not listen yet. */
export function createHttpServer({ handle, limits = serverLimits, ...rejectionDeps }: ServerDeps): Server {
  const server = createServer(
    {
      headersTimeout: limits.headersTimeout,
      requestTimeout: limits.requestTimeout,
      keepAliveTimeout: limits.keepAliveTimeout,
      connectionsCheckingInterval: limits.checkInterval,
      maxHeaderSize: limits.headerBytes,
      // Node would answer without a body; `checkRequestHead` answers with a problem.
      requireHostHeader: false,
    },
    limitPipelining(handle, limits.pipelined),
  );
  server.setTimeout(limits.stalledTimeout);
  keepUnusedConnections(server, limits);
  // request-head.ts counts them: Node would answer as if the headers were too large, or drop those over its limit.
  server.maxHeadersCount = 0;
  server.maxConnections = limits.connections;
  // Idle clients make room: a probe that finds none would have the pod restarted.
  server.on("drop", () => {
    server.closeIdleConnections();
  });
  // Node would ask for the body before anything has looked at the headers.
  server.on("checkContinue", (request, response) => {
    continueOnRead(request);
    server.emit("request", request, response);
  });
  // An `Expect` other than 100-continue, which Node would answer without a body.
  server.on("checkExpectation", (request, response) => {
    server.emit("request", request, response);
  });
  lingerAfterUnreadBodies(server, limits);
  rejectOutsideKoa(server, limits, rejectionDeps);
  return server;
}
