import type { Goal } from "../report/goal.ts";
import { percent } from "../report/this-machine.ts";
import { names, type Name } from "./server-names.ts";
import { lowerQuartile, meanRatio, type Mean } from "./quartiles.ts";
import type { Metric, Round, Start } from "./round-summary.ts";
import { workloads, type Workload } from "./workloads.ts";

/** A figure of the service, compared with another server's. */
interface Comparison {
  readonly metric: Extract<Metric, "cpu" | "p50"> | "start";
  readonly workload?: Workload;
  readonly clients?: number;
  readonly other: Name;
  /**
   * For CPU: minimum factor by which the service is better. For latency and start: maximum factor of the other's
   * time.
   */
  readonly target: number;
  /** Limiting factor of a missed goal. */
  readonly limit?: string;
}

/** A goal, with the error of its figure. */
export interface BenchGoal extends Goal {
  /** Measured factor, compared with the other server. */
  readonly times: number;
  /** Standard error of the factor, as a share. */
  readonly error: number;
}

const sameForEach =
  "One insert for many documents hardly costs the service anything. The rest is the same for each request. Node's HTTP " +
  "with the service's headers, and without a database, takes almost half of it. Koa with its router, checks, limits, log " +
  "and metrics take most of the other half.";
const validation =
  "Both servers validate a document with the same Mongoose schema, which takes more than half of the service's CPU time " +
  "for such an insert.";
const alone =
  "A single client shares no query. For inserts and reads by id, Koa and its router alone already miss the goal. Checks, " +
  "headers, log and metrics come on top.";
const mongoose =
  "Bare loads neither Mongoose, Koa, the log nor the metrics. The image has their compiled code, so most of the rest is " +
  "that their modules run. Only a snapshot of V8 would omit that, but it may not start on another processor.";

const comparisons: readonly Comparison[] = [
  { metric: "cpu", workload: "hot", clients: 64, other: names.bare, target: 5 },
  { metric: "cpu", workload: "byId", clients: 64, other: names.bare, target: 0.9 },
  { metric: "cpu", workload: "insert", clients: 64, other: names.bare, target: 2.5, limit: sameForEach },
  { metric: "cpu", workload: "mix", clients: 64, other: names.bare, target: 1.3 },
  { metric: "cpu", workload: "hot", clients: 64, other: names.koa, target: 8 },
  { metric: "cpu", workload: "byId", clients: 64, other: names.koa, target: 1.4 },
  { metric: "cpu", workload: "insert", clients: 64, other: names.koa, target: 4, limit: sameForEach },
  { metric: "cpu", workload: "schemaInsert", clients: 64, other: names.koa, target: 2, limit: validation },
  { metric: "cpu", workload: "schemaRead", clients: 64, other: names.koa, target: 1.3 },
  { metric: "p50", workload: "hot", clients: 1, other: names.bare, target: 1.12, limit: alone },
  { metric: "p50", workload: "byId", clients: 1, other: names.bare, target: 1.12, limit: alone },
  { metric: "p50", workload: "insert", clients: 1, other: names.bare, target: 1.12, limit: alone },
  { metric: "start", other: names.bare, target: 1.4, limit: mongoose },
];

/** Compares the service with the other servers. */
export function judgeBench(rounds: readonly Round[], starts: readonly Start[]): BenchGoal[] {
  return comparisons.map((comparison) => {
    const { metric, target, other, limit } = comparison;
    const { value: times, error } = timesOf(comparison, rounds, starts);
    return {
      about: about(comparison),
      target: `${metric === "cpu" ? "≥" : "≤"} ${target} × ${other}`,
      measured: `${times.toFixed(2)} × ± ${percent(error)}`,
      isReached: metric === "cpu" ? times >= target : times <= target,
      ...(limit === undefined ? {} : { limit }),
      times,
      error,
    };
  });
}

function about({ metric, workload, clients }: Comparison): string {
  if (workload === undefined) return "start";
  const load = `${workloads[workload]}, ${clients} ${clients === 1 ? "client" : "clients"}`;
  return metric === "cpu" ? `${load}: requests per CPU second` : `${load}: latency`;
}

/**
 * Mean ratio of two servers that were measured in the same round, because both then had the same machine. Without the
 * lowest and the highest quarter of the ratios.
 */
function timesOf(comparison: Comparison, rounds: readonly Round[], starts: readonly Start[]): Mean {
  const [own, other] = [names.own, comparison.other].map((contender) =>
    figures(comparison, contender, rounds, starts),
  ) as [Map<number, number>, Map<number, number>];
  const ratios = [...own].map(([round, figure]) => figure / (other.get(round) ?? NaN));
  const { value, error } = meanRatio(ratios);
  // Less CPU time per request means more requests.
  return { value: comparison.metric === "cpu" ? 1 / value : value, error };
}

/** A contender's figures, by round. */
function figures(
  { metric, workload, clients }: Comparison,
  contender: Name,
  rounds: readonly Round[],
  starts: readonly Start[],
): Map<number, number> {
  if (metric === "start") {
    return new Map(starts.filter((one) => one.contender === contender).map(({ round, ms }) => [round, ms]));
  }
  const own = rounds.filter(
    (round) => round.contender === contender && round.workload === workload && round.clients === clients,
  );
  return new Map(own.map((round) => [round.round, round[metric]]));
}

/** Lower quartile of a contender's start times, in milliseconds. */
export function startTimeMs(starts: readonly Start[], contender: string): number {
  return lowerQuartile(starts.filter((one) => one.contender === contender).map(({ ms }) => ms)).value;
}
