import type { Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** How long each step of a drain may take. */
export interface DrainTimes {
  /** Milliseconds to go on serving while answers ask clients to leave. */
  readonly drainMs: number;
  /** Milliseconds that requests in flight then have to finish. */
  readonly shutdownMs: number;
}

/**
 * Ends a server without losing a request: goes on serving for a while with `Connection: close` on every
 * answer, then takes no new connection and waits for the requests in flight.
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
  // An answer that began before the drain has left its connection open.
  const sweep = setInterval(() => {
    server.closeIdleConnections();
  }, 50);
  const inTime = await Promise.race([closed, sleep(times.shutdownMs, false, { ref: false })]);
  clearInterval(sweep);
  if (!inTime) server.closeAllConnections();
  return inTime;
}
