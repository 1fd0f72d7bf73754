import type { Measurement } from "./bench-load.ts";
import { lowerQuartile, upperQuartile, type Estimate } from "./quartiles.ts";
import type { Workload } from "./workloads.ts";

/** One measurement of a contender. */
export interface Round extends Measurement {
  readonly round: number;
  readonly contender: string;
  readonly clients: number;
  readonly workload: Workload;
}

/** One start of a contender. */
export interface Start {
  readonly round: number;
  readonly contender: string;
  /** Milliseconds from the start of its process to its first answer from the database. */
  readonly ms: number;
}

/** A contender under a load: what stands for all of its rounds. */
export interface Cell extends Pick<Round, "contender" | "clients" | "workload"> {
  readonly rounds: number;
  /** Requests per second. */
  readonly rate: Estimate;
  /** Latency in milliseconds. */
  readonly p50: Estimate;
  readonly p99: Estimate;
  /** Microseconds of CPU per request: the server's, and the load generator's. */
  readonly cpu: Estimate;
  readonly clientCpu: Estimate;
  /** Answers other than 2xx. */
  readonly failed: number;
}

/** What is estimated of a cell. */
export type Metric = "rate" | "p50" | "p99" | "cpu" | "clientCpu";

/**
 * Sums up rounds, in the order in which their cells first came. Another process only ever makes a round slower, so the
 * better quarter of the rounds has the figures of a machine with nothing else to do.
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
  // A round in which a busy machine let no client have an answer has no figures.
  const values = rounds.map((round) => round[metric]).filter(Number.isFinite);
  return metric === "rate" ? upperQuartile(values) : lowerQuartile(values);
}
