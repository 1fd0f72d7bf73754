import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Middleware } from "koa";
import type { ServerLimits } from "./server-limits.ts";

/** Bytes of an unread body up to which the connection is kept: Node reads and discards them. */
const keepAliveBytes = 100 * 1024;

/** Milliseconds that {@link lingeringClose} has while the server drains. */
const drainingLingerMs = 1000;

/** Milliseconds between two looks at the clock. */
const checkMs = 100;

/** Limits of {@link lingeringClose}. */
export type LingerLimits = Pick<ServerLimits, "lingerTimeout" | "lingerIdleTimeout" | "lingerBytes">;

/** Whether some of this request's body has not arrived yet. */
export function hasUnreadBody({ complete, headers }: IncomingMessage): boolean {
  const { "content-length": length, "transfer-encoding": encoding } = headers;
  return !complete && (encoding !== undefined || Number(length ?? 0) > 0);
}

/** Middleware: an answer to a request with a large or endless unread body ends the connection. */
export function closeAfterUnreadBody(): Middleware {
  return async function closeUnread(ctx, next) {
    await next();
    if (!hasUnreadBody(ctx.req)) return;
    const length = Number(ctx.get("Content-Length") || Infinity);
    if (length > keepAliveBytes) ctx.set("Connection", "close");
  };
}

/**
 * Has answers that leave a body unread reach clients that write their whole request before they read: when such an
 * answer ends its connection, the server discards the rest first. Node would close at once, and the reset that
 * follows would destroy the answer before its client has read it.
 */
export function lingerAfterUnreadBodies(server: Server, limits: LingerLimits): void {
  server.prependListener("request", (request, response) => {
    if (!hasUnreadBody(request)) return;
    // Before Node's own listener, which ends the connection by `destroySoon`.
    response.prependListener("finish", () => {
      const { socket } = request;
      if (!hasUnreadBody(request)) return;
      socket.destroySoon = () => {
        lingeringClose(server, socket, limits);
      };
    });
  });
}

/**
 * Ends a connection as nginx' `lingering_close` does: sends `lastBytes` and that nothing follows, then discards what the
 * client still sends, until it ends its side or a limit is reached. Nothing of what is discarded becomes a request.
 */
export function lingeringClose(
  server: Server,
  socket: Duplex,
  limits: LingerLimits,
  lastBytes?: string,
): void {
  if (socket.isPaused()) {
    // A body that nobody read has stopped the parser. Only the parser's own listener starts the reading again.
    socket.once("resume", () => {
      lingeringClose(server, socket, limits, lastBytes);
    });
    socket.resume();
    return;
  }
  // The listeners of the HTTP parser.
  socket.removeAllListeners("data");
  const start = performance.now();
  let last = start;
  let bytes = 0;
  socket.on("data", (chunk: Buffer) => {
    last = performance.now();
    bytes += chunk.length;
    if (bytes > limits.lingerBytes) socket.destroy();
  });
  const check = setInterval(() => {
    const now = performance.now();
    const timeMs = server.listening ? limits.lingerTimeout : drainingLingerMs;
    if (now - start > timeMs || now - last > limits.lingerIdleTimeout) socket.destroy();
  }, checkMs);
  socket.once("close", () => {
    clearInterval(check);
  });
  socket.resume();
  if (lastBytes === undefined) socket.end();
  else socket.end(lastBytes);
}
