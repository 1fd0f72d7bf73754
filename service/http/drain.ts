import type { IncomingMessage, Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { isProbe } from "./probe-path.ts";

/** The drain takes so many times `drainMs` at most. The pod's grace period has room for that. */
export const longestDrain = 5;

/** Duration of each step of a drain. */
export interface DrainTimes {
  /** Milliseconds without a request after which no more is expected. Until then, answers ask clients to leave. */
  readonly drainMs: number;
  /** Milliseconds that in-flight requests then have to finish. */
  readonly shutdownMs: number;
}

/**
 * Ends a server without losing a request. It serves with `Connection: close` on every answer until no request has come
 * for a while: a busy node may route new connections to a pod for seconds after the pod began to end. Then the server
 * accepts no connection, and waits for the in-flight requests.
 * @returns whether every request was answered in time
 */
export async function drain(server: Server, times: DrainTimes): Promise<boolean> {
  const begun = performance.now();
  let latest = begun;
  server.prependListener("request", (request: IncomingMessage, response) => {
    response.setHeader("Connection", "close");
    // The kubelet's probes go on to the end.
    if (!isProbe(request.url ?? "")) latest = performance.now();
  });
  const remaining = () =>
    Math.min(latest, begun + (longestDrain - 1) * times.drainMs) + times.drainMs - performance.now();
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
