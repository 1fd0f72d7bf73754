import type { Server } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ServerLimits } from "./server-limits.ts";

/** Milliseconds for which the first bytes of a new connection may still be under way. */
const arrivalMs = 1000;

/** Whether the client has not sent a byte yet. */
export function isUnused(socket: Duplex): boolean {
  return socket instanceof Socket && socket.bytesRead === 0;
}

/**
 * Treats connections that have not been used yet as idle ones: `keepAliveTimeout` ends them, and `closeIdleConnections`
 * closes them. Proxies and browsers open some in advance. Node counts these as busy: it would answer 408 on a connection
 * that a proxy is about to use, and a drain would wait for them.
 */
export function keepUnusedConnections(
  server: Server,
  { keepAliveTimeout, stalledTimeout }: Pick<ServerLimits, "keepAliveTimeout" | "stalledTimeout">,
): void {
  /** Each with the time when it was opened. */
  const unused = new Map<Socket, number>();
  server.on("connection", (socket: Socket) => {
    unused.set(socket, performance.now());
    socket.setTimeout(keepAliveTimeout);
    socket.once("close", () => unused.delete(socket));
  });
  server.prependListener("request", ({ socket }) => {
    if (unused.delete(socket)) socket.setTimeout(stalledTimeout);
  });
  const closeIdle = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => {
    closeIdle();
    const latest = performance.now() - arrivalMs;
    for (const [socket, openedAt] of unused) if (openedAt < latest && isUnused(socket)) socket.destroy();
  };
}
