import type { Sample } from "./request-samples.ts";

/** Requests scheduled within one second. */
export interface Second {
  ok: number;
  shed: number;
  failed: number;
  /** Latencies of successful requests in milliseconds, sorted. */
  readonly times: number[];
}

/** Groups samples by the second in which they were scheduled. */
export function bySecond(samples: readonly Sample[]): Second[] {
  const last = samples.reduce((latest, { due }) => Math.max(latest, due), 0);
  const seconds: Second[] = Array.from({ length: Math.floor(last / 1000) + 1 }, () => {
    return { ok: 0, shed: 0, failed: 0, times: [] };
  });
  for (const { due, ms, outcome } of samples) {
    const second = seconds[Math.floor(due / 1000)];
    if (second === undefined) continue;
    if (outcome === "ok") second.times.push(ms);
    second[outcome === "ok" || outcome === "shed" ? outcome : "failed"]++;
  }
  for (const { times } of seconds) times.sort((a, b) => a - b);
  return seconds;
}
