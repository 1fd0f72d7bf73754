import { Latencies } from "./latencies.ts";

/**
 * The outcome of a request.
 * - `ok`: the expected answer.
 * - `shed`: 503.
 * - `refused`: no connection, or the request waited too long to be sent.
 * - `broken`: the connection broke, or there was no answer.
 * - `wrong`: any other answer.
 */
export type Outcome = "ok" | "shed" | "refused" | "broken" | "wrong";

/** A request of the load. */
export interface Sample {
  /** Scheduled time, in milliseconds since the load began. */
  readonly due: number;
  /** Latency in milliseconds since the scheduled time, including any wait to be sent. */
  readonly ms: number;
  readonly outcome: Outcome;
  /** The request, and the problem. */
  readonly why?: string | undefined;
}

/** Totals of a part of the load. */
export interface Summary {
  readonly requests: number;
  /** Number of failed requests, except 503. */
  readonly failed: number;
  /** Number of requests answered with 503. */
  readonly shed: number;
  /** Latency of successful requests, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Longest time without a successful answer, in milliseconds. */
  readonly outage: number;
  /** Problems, with their number. */
  readonly reasons: ReadonlyMap<string, number>;
}

/** Totals of the requests whose scheduled time is at least `from` and less than `to`. */
export function summarize(samples: readonly Sample[], from: number, to: number): Summary {
  const inside = samples.filter(({ due }) => due >= from && due < to);
  const successful = inside.filter(({ outcome }) => outcome === "ok");
  const shed = inside.filter(({ outcome }) => outcome === "shed").length;
  const latencies = Latencies.of(successful.map(({ ms }) => ms));
  return {
    requests: inside.length,
    failed: inside.length - successful.length - shed,
    shed,
    p50: latencies.percentile(50),
    p99: latencies.percentile(99),
    outage: longestGap(successful, from, to),
    reasons: countReasons(inside),
  };
}

/** Times of answers count, not scheduled times: after an outage, all its requests may still be answered. */
function longestGap(successful: readonly Sample[], from: number, to: number): number {
  const answers = successful.map(({ due, ms }) => due + ms).filter((time) => time < to);
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
