import type { IncomingMessage, Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { isProbe } from "./probe-path.ts";

/** Maximum duration of a drain, as a multiple of `drainMs`. The pod's grace period includes this duration. */
export const maxDrainFactor = 5;

/** Duration of each step of a drain. */
export interface DrainTimes {
  /** Milliseconds without a request, except probes, that end the drain. Until then, answers close connections. */
  readonly drainMs: number;
  /** Milliseconds that in-flight requests then have to finish. */
  readonly shutdownMs: number;
}

/**
 * Stops a server without losing a request. During the drain, every answer has `Connection: close`. The drain lasts
 * until requests stop, because a busy node may route connections to an ending pod for seconds. Then the server
 * accepts no new connection, and in-flight requests have `shutdownMs` to finish.
 * @returns whether every request was answered in time
 */
export async function drain(server: Server, times: DrainTimes): Promise<boolean> {
  const start = performance.now();
  let lastRequest = start;
  server.prependListener("request", (request: IncomingMessage, response) => {
    response.setHeader("Connection", "close");
    // The kubelet's probes never stop.
    if (!isProbe(request.url?.split("?")[0] ?? "")) lastRequest = performance.now();
  });
  const remaining = () =>
    Math.min(lastRequest, start + (maxDrainFactor - 1) * times.drainMs) + times.drainMs - performance.now();
  for (let ms = remaining(); ms > 0; ms = remaining()) await sleep(ms);
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
