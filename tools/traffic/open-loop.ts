import type { Outcome, Sample } from "./request-samples.ts";

/** What came of one request. */
export interface Result {
  readonly outcome: Outcome;
  readonly why?: string | undefined;
}

/** How a load is made. */
export interface LoadOptions {
  /** Requests a second, whatever becomes of them. */
  readonly rate: number;
  /** Requests in flight at once. What is due meanwhile waits, and its time counts. */
  readonly most: number;
  /** Milliseconds that a request waits to be sent; then it counts as refused. */
  readonly patience: number;
  /** Sends the next request and checks its answer. Never rejects. */
  readonly send: () => Promise<Result>;
}

/** A constant load that runs. */
export interface Load {
  /** What came of it so far, in the order of the answers. */
  readonly samples: readonly Sample[];
  /** Milliseconds since it began. */
  now(): number;
  /** Sends nothing more, and waits for what is in flight. */
  stop(): Promise<void>;
}

/** Milliseconds between looks at what is due. */
const tick = 5;

/** Begins a constant load: each request is due at a moment of its own, and its time counts from there. */
export function startLoad({ rate, most, patience, send }: LoadOptions): Load {
  const samples: Sample[] = [];
  const start = performance.now();
  const now = () => performance.now() - start;
  const waiting: number[] = [];
  const inFlight = new Set<Promise<void>>();
  let begun = 0;

  async function request(due: number): Promise<void> {
    const { outcome, why } = await send();
    samples.push({ due, ms: now() - due, outcome, why });
  }
  function next(): void {
    while (inFlight.size < most) {
      const due = waiting.shift();
      if (due === undefined) return;
      if (now() - due > patience) {
        samples.push({ due, ms: now() - due, outcome: "refused", why: "all others were waiting" });
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
    for (; (begun * 1000) / rate <= now(); begun++) waiting.push((begun * 1000) / rate);
    next();
  }, tick);

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
