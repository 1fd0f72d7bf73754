import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Middleware } from "koa";
import { bodyLimit } from "./request-body.ts";
import type { ServerLimits } from "./server-limits.ts";

/** Milliseconds that {@link lingeringClose} may take while the server drains. */
const drainingLingerMs = 1000;

/** Milliseconds between two checks of the time limits. */
const checkMs = 100;

/** Limits of {@link lingeringClose}. */
export type LingerLimits = Pick<ServerLimits, "lingerTimeoutMs" | "lingerIdleTimeoutMs" | "maxLingerBytes">;

/** Whether a part of this request's body has not arrived yet. */
export function hasUnreadBody({ complete, headers }: IncomingMessage): boolean {
  const { "content-length": length, "transfer-encoding": encoding } = headers;
  return !complete && (encoding !== undefined || Number(length ?? 0) > 0);
}

/**
 * Middleware: closes the connection after the answer to a request with a large or endless unread body. Node reads and
 * discards a body within the limit, and the connection stays open.
 */
export function closeAfterUnreadBody(): Middleware {
  return async function closeUnread(ctx, next) {
    await next();
    if (!hasUnreadBody(ctx.req)) return;
    const length = Number(ctx.get("Content-Length") || Infinity);
    if (length > bodyLimit) ctx.set("Connection", "close");
  };
}

/**
 * Delivers early answers to clients that write their whole request before they read. The server discards the rest of
 * the body before it closes the connection. Node would close at once, and the reset would destroy the unread answer.
 */
export function lingerAfterUnreadBodies(server: Server, limits: LingerLimits): void {
  server.prependListener("request", (request, response) => {
    if (!hasUnreadBody(request)) return;
    // Runs before Node's own listener, which closes the connection by `destroySoon`.
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
 * Closes a connection like nginx' `lingering_close`. Sends `lastBytes` and the end of the stream. Then discards data
 * until the client ends its side or a limit is reached. Discarded data never becomes a request.
 */
export function lingeringClose(
  server: Server,
  socket: Duplex,
  limits: LingerLimits,
  lastBytes?: string,
): void {
  if (socket.isPaused()) {
    // An unread body has paused the parser. Only the parser's own listener starts reading again.
    socket.once("resume", () => {
      lingeringClose(server, socket, limits, lastBytes);
    });
    socket.resume();
    return;
  }
  // These are the listeners of the HTTP parser.
  socket.removeAllListeners("data");
  const start = performance.now();
  let last = start;
  let bytes = 0;
  socket.on("data", (chunk: Buffer) => {
    last = performance.now();
    bytes += chunk.length;
    if (bytes > limits.maxLingerBytes) socket.destroy();
  });
  const check = setInterval(() => {
    const now = performance.now();
    const timeMs = server.listening ? limits.lingerTimeoutMs : drainingLingerMs;
    if (now - start > timeMs || now - last > limits.lingerIdleTimeoutMs) socket.destroy();
  }, checkMs);
  socket.once("close", () => {
    clearInterval(check);
  });
  socket.resume();
  if (lastBytes === undefined) socket.end();
  else socket.end(lastBytes);
}
