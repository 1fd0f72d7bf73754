import type { Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** Duration of each step of a drain. */
export interface DrainTimes {
  /** Milliseconds in which the server still serves, with `Connection: close` on every answer. */
  readonly drainMs: number;
  /** Milliseconds that in-flight requests then have to finish. */
  readonly shutdownMs: number;
}

/**
 * Stops a server without losing a request. For `drainMs`, every answer has `Connection: close`. Then the server accepts
 * no new connection, and in-flight requests have `shutdownMs` to finish.
 * @returns whether every request was answered in time
 */
export async function drain(server: Server, times: DrainTimes): Promise<boolean> {
  server.prependListener("request", (_request, response) => {
    response.setHeader("Connection", "close");
  });
  await sleep(times.drainMs);
  const closed = new Promise<true>((resolve) => {
    server.close(() => {
      resolve(true);
    });
  });
  // An answer that began before the drain leaves its connection open.
  const sweep = setInterval(() => {
    server.closeIdleConnections();
  }, 50);
  const inTime = await Promise.race([closed, sleep(times.shutdownMs, false, { ref: false })]);
  clearInterval(sweep);
  if (!inTime) server.closeAllConnections();
  return inTime;
}
