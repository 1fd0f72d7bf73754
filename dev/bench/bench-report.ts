import { markdownTable } from "markdown-table";
import type { BenchGoal } from "./bench-goals.ts";
import { names } from "./server-names.ts";
import type { Estimate } from "./quartiles.ts";
import type { Cell } from "./round-summary.ts";
import type { Origin } from "../report/this-machine.ts";
import { workloads } from "./workloads.ts";

/** Start time and memory of a contender. */
export interface Footprint {
  readonly contender: string;
  /** Milliseconds from the start of its process to its first answer from the database. */
  readonly startTimeMs: number;
  /** Peak memory in bytes. */
  readonly peakMemoryBytes: number;
}

/** Figures, and how they were measured. */
export interface BenchReport extends Origin {
  readonly rounds: number;
  /** Duration of each measurement. */
  readonly durationMs: number;
  readonly goals: readonly BenchGoal[];
  readonly cells: readonly Cell[];
  readonly footprints: readonly Footprint[];
}

const cellHeads = [
  "workload",
  "clients",
  "server",
  "requests/s",
  "× bare",
  "p50 ms",
  "p99 ms",
  "CPU µs",
  "× bare",
];
const goalHeads = ["", "goal", "measured", ""];

/** Renders the report as Markdown, for a terminal. */
export function markdown({ where, rounds, durationMs, cells, goals, footprints }: BenchReport): string {
  return [
    where,
    `Up to ${rounds} rounds of ${durationMs} ms for each server: the lower quartile of latency and CPU time per request, the`,
    "upper quartile of requests/s. ± is the interquartile range.",
    "",
    markdownTable([cellHeads, ...cells.map((cell) => cellRow(cell, cells))]),
    "",
    markdownTable([["server", "start ms", "peak memory MiB"], ...footprints.map(footprintRow)]),
    "",
    markdownTable([goalHeads, ...goals.map(goalRow)]),
    "",
  ].join("\n");
}

function cellRow(cell: Cell, cells: readonly Cell[]): string[] {
  const { workload, clients, contender, rate, p50, p99, cpu, failed } = cell;
  const bare = cells.find(
    (one) => one.contender === names.bare && one.workload === workload && one.clients === clients,
  );
  return [
    workloads[workload],
    String(clients),
    failed === 0 ? contender : `${contender}: ${failed} failed`,
    figure(rate, 0),
    times(rate.value, bare?.rate.value),
    figure(p50, 2),
    figure(p99, 2),
    figure(cpu, 0),
    times(cpu.value, bare?.cpu.value),
  ];
}

function footprintRow({ contender, startTimeMs, peakMemoryBytes }: Footprint): string[] {
  return [contender, number(startTimeMs, 0), number(peakMemoryBytes / 1024 ** 2, 0)];
}

function goalRow({ about, target, measured, isReached }: BenchGoal): string[] {
  return [about, target, measured, isReached ? "reached" : "missed"];
}

function figure({ value, spread }: Estimate, digits: number): string {
  return `${number(value, digits)} ± ${number(spread * 100, 0)} %`;
}

function times(value: number, other: number | undefined): string {
  return number(value / (other ?? NaN), 2);
}

function number(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : "–";
}
