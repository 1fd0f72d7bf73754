import type { Measurement } from "./bench-load.ts";
import { lowerQuartile, upperQuartile, type Estimate } from "./quartiles.ts";
import type { Workload } from "./workloads.ts";

/** A measurement of a contender. */
export interface Round extends Measurement {
  readonly round: number;
  readonly contender: string;
  readonly clients: number;
  readonly workload: Workload;
}

/** A start of a contender. */
export interface Start {
  readonly round: number;
  readonly contender: string;
  /** Milliseconds from the start of its process to its first answer from the database. */
  readonly ms: number;
}

/** Summary of all rounds of a contender under a load. */
export interface Cell extends Pick<Round, "contender" | "clients" | "workload"> {
  readonly rounds: number;
  /** Requests per second. */
  readonly rate: Estimate;
  /** Latency in milliseconds. */
  readonly p50: Estimate;
  readonly p99: Estimate;
  /** Microseconds of CPU time per request, of the server and of the load generator. */
  readonly cpu: Estimate;
  readonly clientCpu: Estimate;
  /** Answers other than 2xx. */
  readonly failed: number;
}

/** Estimated figure of a cell. */
export type Metric = "rate" | "p50" | "p99" | "cpu" | "clientCpu";

/**
 * Summarizes rounds, in the order in which their cells first occur. Other processes can only slow a round down, so
 * the better quartile shows an idle machine's figures.
 */
export function summarize(rounds: readonly Round[]): Cell[] {
  const keyOf = ({ workload, clients, contender }: Round) => `${workload} ${clients} ${contender}`;
  return [...Map.groupBy(rounds, keyOf).values()].map((group) => {
    const [first] = group;
    if (first === undefined) throw new Error("no rounds");
    const { contender, clients, workload } = first;
    return {
      contender,
      clients,
      workload,
      rounds: group.length,
      rate: estimate(group, "rate"),
      p50: estimate(group, "p50"),
      p99: estimate(group, "p99"),
      cpu: estimate(group, "cpu"),
      clientCpu: estimate(group, "clientCpu"),
      failed: group.reduce((sum, { failed }) => sum + failed, 0),
    };
  });
}

function estimate(rounds: readonly Round[], metric: Metric): Estimate {
  // A round without any answer, on a busy machine, has no figures.
  const values = rounds.map((round) => round[metric]).filter(Number.isFinite);
  return metric === "rate" ? upperQuartile(values) : lowerQuartile(values);
}
