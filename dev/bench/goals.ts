import { judgement, table } from "../report/markdown.ts";
import { baseline, own } from "./contenders.ts";
import type { Mix } from "./bench-load.ts";
import type { Footprint } from "./bench-report.ts";
import type { Cell } from "./round-summary.ts";

/** What the service aims at, in times of the baseline: more requests, or a latency and a start that are hardly longer. */
const throughput = { clients: 64, atLeast: { GET: 5, POST: 4 } } as const;
const latency = { clients: 1, atMost: 1.15 } as const;
const start = { atMost: 1.1 } as const;

/** A line of the table; what was not measured has none. */
type Row = readonly [what: string, measured: number | undefined, goal: string, isReached: boolean];

/** The service beside its goals, as Markdown. */
export function goals(cells: readonly Cell[], footprints: readonly Footprint[]): string {
  const cell = (asked: Mix, among: number) =>
    cells.find(({ contender, mix, clients }) => contender === own && mix === asked && clients === among);
  const startOf = (name: string) => footprints.find(({ contender }) => contender === name)?.startTime ?? NaN;
  const rows = [
    ...(["GET", "POST"] as const).flatMap((mix) => [
      more(
        `${mix} with ${throughput.clients} clients, requests/s`,
        cell(mix, throughput.clients)?.times,
        throughput.atLeast[mix],
      ),
      less(`${mix} with one client, p50`, cell(mix, latency.clients)?.latencyTimes, latency.atMost),
    ]),
    less("start, until the first answer from the database", startOf(own) / startOf(baseline), start.atMost),
  ];
  return table(
    ["", "× bare", "goal", ""],
    rows.flatMap(([what, measured, goal, isReached]) =>
      measured === undefined || isNaN(measured)
        ? []
        : [[what, measured.toFixed(2), goal, judgement(isReached)]],
    ),
  );
}

function more(what: string, measured: number | undefined, goal: number): Row {
  return [what, measured, `≥ ${goal}`, (measured ?? 0) >= goal];
}

function less(what: string, measured: number | undefined, goal: number): Row {
  return [what, measured, `≤ ${goal}`, (measured ?? Infinity) <= goal];
}
