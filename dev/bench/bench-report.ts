import { markdownTable } from "markdown-table";
import { noisy, type Cell } from "./round-summary.ts";

/** What a contender is like apart from its requests. */
export interface Footprint {
  readonly contender: string;
  /** Milliseconds from the start of its process to its first answer from the database. */
  readonly startTime: number;
  /** Bytes of memory at most. */
  readonly peakMemory: number;
}

/** What was measured where. */
export interface Report {
  readonly date: string;
  /** What the machine was like. */
  readonly machine: string;
  /** The command that made it. */
  readonly command: string;
  readonly rounds: number;
  /** Of each measurement. */
  readonly durationMs: number;
  readonly cells: readonly Cell[];
  readonly footprints: readonly Footprint[];
}

const cellHeads = ["", "clients", "server", "requests/s", "× bare", "p50 ms", "p99 ms", "CPU µs", "spread"];
const footprintHeads = ["server", "start ms", "peak memory MiB"];

/** The report as Markdown. */
export function markdown(report: Report): string {
  const { cells, footprints, rounds, durationMs, machine, command, date } = report;
  const noise = cells.filter(({ spread }) => spread > noisy).length;
  return [
    `Measured by \`${command}\` on ${date}: ${machine}.`,
    "",
    `Each figure is the median of ${rounds} rounds of ${durationMs / 1000} s, in which the servers took turns, and × bare that of ` +
      `what each round says. ` +
      `${noise} of ${cells.length} cells are noisy (their rounds, without the lowest and the highest quarter, are over ${noisy * 100} % apart)` +
      (noise > cells.length / 4 ? ": **this machine had other things to do, so trust none of it.**" : "."),
    "",
    markdownTable([cellHeads, ...cells.map(cellRow)]),
    "",
    markdownTable([footprintHeads, ...footprints.map(footprintRow)]),
    "",
  ].join("\n");
}

function cellRow(cell: Cell): string[] {
  const { mix, clients, contender, rate, times, p50, p99, cpu, spread, failed } = cell;
  return [
    mix,
    String(clients),
    failed === 0 ? contender : `${contender}: ${failed} failed`,
    rate.toFixed(0),
    figure(times, 2),
    p50.toFixed(2),
    p99.toFixed(2),
    figure(cpu, 0),
    `${(spread * 100).toFixed(0)} %${spread > noisy ? " noisy" : ""}`,
  ];
}

function footprintRow({ contender, startTime, peakMemory }: Footprint): string[] {
  return [contender, startTime.toFixed(0), figure(peakMemory / 1024 ** 2, 0)];
}

function figure(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : "–";
}
