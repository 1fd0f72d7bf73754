import type { Outcome, Sample } from "./request-samples.ts";

/** The result of one request. */
export interface Result {
  readonly outcome: Outcome;
  readonly why?: string | undefined;
}

/** Options of a constant load. */
export interface LoadOptions {
  /** Requests per second, whether or not earlier ones are answered. */
  readonly rate: number;
  /** Limit of in-flight requests. Further requests wait, and their latency includes the wait. */
  readonly maxInFlight: number;
  /** Milliseconds that a request may wait to be sent. Later it counts as `refused`. */
  readonly maxWaitMs: number;
  /** Sends the next request and checks its answer. Never rejects. */
  readonly send: () => Promise<Result>;
}

/** A running load. */
export interface Load {
  /** Results so far, in the order of the answers. */
  readonly samples: readonly Sample[];
  /** Milliseconds since the load began. */
  now(): number;
  /** Stops sending, and waits for in-flight requests. */
  stop(): Promise<void>;
}

/** Milliseconds between two checks for due requests. */
const tickMs = 5;

/** Starts a constant load. Each request has a scheduled time, and its latency counts from that time. */
export function startLoad({ rate, maxInFlight, maxWaitMs, send }: LoadOptions): Load {
  const samples: Sample[] = [];
  const start = performance.now();
  const now = () => performance.now() - start;
  const waiting: number[] = [];
  const inFlight = new Set<Promise<void>>();
  let scheduled = 0;

  async function request(due: number): Promise<void> {
    const { outcome, why } = await send();
    samples.push({ due, ms: now() - due, outcome, why });
  }
  function next(): void {
    while (inFlight.size < maxInFlight) {
      const due = waiting.shift();
      if (due === undefined) return;
      if (now() - due > maxWaitMs) {
        samples.push({ due, ms: now() - due, outcome: "refused", why: "waited too long to be sent" });
        continue;
      }
      const sent = request(due).finally(() => {
        inFlight.delete(sent);
        next();
      });
      inFlight.add(sent);
    }
  }
  const timer = setInterval(() => {
    for (; (scheduled * 1000) / rate <= now(); scheduled++) waiting.push((scheduled * 1000) / rate);
    next();
  }, tickMs);

  return {
    samples,
    now,
    async stop() {
      clearInterval(timer);
      waiting.length = 0;
      await Promise.all(inFlight);
    },
  };
}
