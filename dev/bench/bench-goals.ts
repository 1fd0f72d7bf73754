import type { Goal } from "../report/goal.ts";
import { names, type Name } from "./server-names.ts";
import { lowerQuartile } from "./quartiles.ts";
import { summarize, type Metric, type Round, type Start } from "./round-summary.ts";
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

/** A goal, with the results of both halves of the run. */
export interface BenchGoal extends Goal {
  /** Measured factor, compared with the other server. */
  readonly times: number;
  /** The same factor in each half of the rounds. */
  readonly halves: readonly [number, number];
  /** Accepted difference between the halves, as a share. */
  readonly tolerance: number;
}

/** As shares. CPU time has less noise than elapsed time. */
const tolerances = { cpu: 0.05, p50: 0.1, start: 0.1 };

const comparisons: readonly Comparison[] = [
  { metric: "cpu", workload: "hot", clients: 64, other: names.bare, target: 5 },
  { metric: "cpu", workload: "byId", clients: 64, other: names.bare, target: 0.9 },
  { metric: "cpu", workload: "insert", clients: 64, other: names.bare, target: 2.5 },
  { metric: "cpu", workload: "mix", clients: 64, other: names.bare, target: 1.3 },
  { metric: "cpu", workload: "hot", clients: 64, other: names.koa, target: 8 },
  { metric: "cpu", workload: "byId", clients: 64, other: names.koa, target: 1.4 },
  { metric: "cpu", workload: "insert", clients: 64, other: names.koa, target: 4 },
  { metric: "cpu", workload: "schemaInsert", clients: 64, other: names.koa, target: 2 },
  { metric: "cpu", workload: "schemaRead", clients: 64, other: names.koa, target: 1.3 },
  { metric: "p50", workload: "hot", clients: 1, other: names.bare, target: 1.12 },
  { metric: "p50", workload: "byId", clients: 1, other: names.bare, target: 1.12 },
  { metric: "p50", workload: "insert", clients: 1, other: names.bare, target: 1.12 },
  { metric: "start", other: names.bare, target: 1.4 },
];

/** Compares the service with the other servers. */
export function judgeBench(rounds: readonly Round[], starts: readonly Start[]): BenchGoal[] {
  return comparisons.map((comparison) => {
    const { metric, target, other, limit } = comparison;
    const ofHalf = (half: number) => {
      const isIn = ({ round }: { round: number }) => halfOf(round) === half;
      return timesOf(comparison, rounds.filter(isIn), starts.filter(isIn));
    };
    const times = timesOf(comparison, rounds, starts);
    return {
      about: about(comparison),
      target: `${metric === "cpu" ? "≥" : "≤"} ${target} × ${other}`,
      measured: `${times.toFixed(2)} ×`,
      isReached: metric === "cpu" ? times >= target : times <= target,
      ...(limit === undefined ? {} : { limit }),
      times,
      halves: [ofHalf(0), ofHalf(1)],
      tolerance: tolerances[metric],
    };
  });
}

/** Puts two successive rounds, one in each order of the contenders, into the same half. */
function halfOf(round: number): number {
  return Math.floor(round / 2) % 2;
}

function about({ metric, workload, clients }: Comparison): string {
  if (workload === undefined) return "start";
  const load = `${workloads[workload]}, ${clients} ${clients === 1 ? "client" : "clients"}`;
  return metric === "cpu" ? `${load}: requests per CPU second` : `${load}: latency`;
}

function timesOf(comparison: Comparison, rounds: readonly Round[], starts: readonly Start[]): number {
  const { metric, other } = comparison;
  const [own, others] = [names.own, other].map((contender) =>
    metric === "start" ? startTimeMs(starts, contender) : figure(comparison, metric, rounds, contender),
  ) as [number, number];
  // Less CPU time per request means more requests.
  return metric === "cpu" ? others / own : own / others;
}

function figure(
  { workload, clients }: Comparison,
  metric: Metric,
  rounds: readonly Round[],
  contender: Name,
): number {
  const [cell] = summarize(
    rounds.filter(
      (round) => round.contender === contender && round.workload === workload && round.clients === clients,
    ),
  );
  return cell?.[metric].value ?? NaN;
}

/** Lower quartile of a contender's start times, in milliseconds. */
export function startTimeMs(starts: readonly Start[], contender: string): number {
  return lowerQuartile(starts.filter((one) => one.contender === contender).map(({ ms }) => ms)).value;
}
