import type { Server } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ServerLimits } from "./server-limits.ts";

/** Milliseconds in which the first bytes of a new connection may still be in transit. */
const arrivalMs = 1000;

/** Whether the client has not sent a byte yet. */
export function isUnused(socket: Duplex): boolean {
  return socket instanceof Socket && socket.bytesRead === 0;
}

/**
 * Treats unused connections as idle: `keepAliveTimeoutMs` ends them, and `closeIdleConnections` closes them. Proxies
 * and browsers open connections in advance, which Node counts as busy. Node would answer 408 just before a proxy uses
 * such a connection, and a drain would wait for unused connections.
 */
export function keepUnusedConnections(
  server: Server,
  { keepAliveTimeoutMs, stalledTimeoutMs }: Pick<ServerLimits, "keepAliveTimeoutMs" | "stalledTimeoutMs">,
): void {
  /** Unused connections, with the time when each was opened. */
  const unused = new Map<Socket, number>();
  server.on("connection", (socket: Socket) => {
    unused.set(socket, performance.now());
    socket.setTimeout(keepAliveTimeoutMs);
    socket.once("close", () => unused.delete(socket));
  });
  server.prependListener("request", ({ socket }) => {
    if (unused.delete(socket)) socket.setTimeout(stalledTimeoutMs);
  });
  const closeIdle = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => {
    closeIdle();
    const latest = performance.now() - arrivalMs;
    for (const [socket, openedAt] of unused) if (openedAt < latest && isUnused(socket)) socket.destroy();
  };
}
