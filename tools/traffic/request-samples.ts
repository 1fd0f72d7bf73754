import { Latencies } from "./latencies.ts";

/**
 * What came of a request: answered as it should be; 503; no connection was made, or it could not be sent at all;
 * the connection broke or no answer came; an answer that is not right.
 */
export type Outcome = "ok" | "shed" | "refused" | "broken" | "wrong";

/** A request of the load. */
export interface Sample {
  /** When it was due, in milliseconds since the load began. */
  readonly due: number;
  /** From then until its answer was there: a request that had to wait for others was slow, too. */
  readonly ms: number;
  readonly outcome: Outcome;
  /** What it was, and what went wrong. */
  readonly why?: string | undefined;
}

/** What one window of the load came to. */
export interface Summary {
  readonly requests: number;
  /** Requests without a right answer, 503 aside. */
  readonly failed: number;
  /** Requests that were answered 503. */
  readonly shed: number;
  /** Milliseconds, of successful requests. */
  readonly p50: number;
  readonly p99: number;
  /** Longest time without a right answer, in milliseconds. */
  readonly outage: number;
  /** What went wrong, and how often. */
  readonly reasons: ReadonlyMap<string, number>;
}

/** Sums up the requests that were due from `from` until `to`. */
export function summarize(samples: readonly Sample[], from: number, to: number): Summary {
  const inside = samples.filter(({ due }) => due >= from && due < to);
  const right = inside.filter(({ outcome }) => outcome === "ok");
  const shed = inside.filter(({ outcome }) => outcome === "shed").length;
  const latencies = Latencies.of(right.map(({ ms }) => ms));
  return {
    requests: inside.length,
    failed: inside.length - right.length - shed,
    shed,
    p50: latencies.percentile(50),
    p99: latencies.percentile(99),
    outage: longestGap(right, from, to),
    reasons: countReasons(inside),
  };
}

/** The answers' own times count, not when they were due: all of an outage's requests may be answered after it. */
function longestGap(right: readonly Sample[], from: number, to: number): number {
  const answers = right.map(({ due, ms }) => due + ms).filter((time) => time < to);
  const times = [from, ...answers.sort((a, b) => a - b), to];
  return times.reduce((longest, time, i) => Math.max(longest, time - (times[i - 1] ?? time)), 0);
}

function countReasons(samples: readonly Sample[]): Map<string, number> {
  const reasons = new Map<string, number>();
  for (const { outcome, why } of samples) {
    if (outcome === "ok") continue;
    const reason = `${outcome}: ${why ?? "?"}`;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return reasons;
}
