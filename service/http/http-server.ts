import { createServer, type RequestListener, type Server } from "node:http";
import { serviceBounds, type Bounds } from "./server-limits.ts";
import { refuseOutsideKoa, type RefusalDeps } from "./rejected-connection.ts";

/** What the server needs from outside. */
export interface ServerDeps extends RefusalDeps {
  readonly handle: RequestListener;
  /** @default {@link serviceBounds} */
  readonly bounds?: Bounds;
}

/** An HTTP server with bounds, which does not listen yet. */
export function createHttpServer({ handle, bounds = serviceBounds, ...refusal }: ServerDeps): Server {
  const server = createServer(
    {
      headersTimeout: bounds.headersTimeout,
      requestTimeout: bounds.requestTimeout,
      keepAliveTimeout: bounds.keepAliveTimeout,
      connectionsCheckingInterval: bounds.checkInterval,
      maxHeaderSize: bounds.headerBytes,
      // Node would answer without a body; `requireHead` answers with a problem.
      requireHostHeader: false,
    },
    handle,
  );
  server.setTimeout(bounds.stalledTimeout);
  // Counted in head.ts: Node's own bound is answered as if the headers were too large, or drops what is beyond it.
  server.maxHeadersCount = 0;
  server.maxConnections = bounds.connections;
  // Idle clients make room: a probe that finds none would have the pod restarted.
  server.on("drop", () => {
    server.closeIdleConnections();
  });
  // An `Expect` other than 100-continue, which Node would answer without a body.
  server.on("checkExpectation", handle);
  refuseOutsideKoa(server, refusal);
  return server;
}
