import {
  answerBars,
  latencyMarks,
  momentRules,
  podBars,
  timeChart,
  timePanel,
  type Panel,
  type ReadyPods,
} from "../../tools/traffic/chart-panels.ts";
import { renderSvg } from "../../tools/load/render-chart.ts";
import { bySecond } from "../../tools/traffic/per-second.ts";
import type { Sample } from "../../tools/traffic/request-samples.ts";

/** A named moment of a disruption. */
export interface Moment {
  /** Milliseconds since the load began. */
  readonly at: number;
  readonly name: string;
}

/** Data of a timeline. */
export interface TimelineData {
  readonly samples: readonly Sample[];
  readonly moments: readonly Moment[];
  readonly pods: readonly ReadyPods[];
}

/** Number of lines over which the names of moments alternate, so that names don't overlap. */
const nameLines = 6;

/** Draws answers per second, latency and ready pods over time, with the moments of disruptions. Returns SVG. */
export async function drawTimeline({ samples, moments, pods }: TimelineData): Promise<string> {
  const perSecond = bySecond(samples);
  const seconds = perSecond.length;
  const rules = momentRules(moments.map(({ at }) => at));
  return await renderSvg(
    timeChart([
      momentNames(moments, seconds),
      timePanel({ title: "answers per second", axis: "requests/s", height: 160 }, seconds, [
        answerBars(perSecond),
        rules,
      ]),
      timePanel({ title: "latency of successful requests", axis: "latency (ms)", height: 160 }, seconds, [
        latencyMarks(perSecond),
        rules,
      ]),
      timePanel({ title: "ready pods", axis: "pods", height: 60 }, seconds, [podBars(pods, seconds), rules]),
    ]),
  );
}

function momentNames(moments: readonly Moment[], seconds: number): Panel {
  const values = moments.map(({ at, name }, i) => ({ from: at / 60_000, name, line: i % nameLines }));
  const names = {
    data: { values },
    mark: { type: "text", align: "left", dx: 3 },
    encoding: {
      y: { field: "line", type: "ordinal", axis: null },
      text: { field: "name" },
    },
  } as const;
  return timePanel({ title: "faults", axis: "", height: 13 * nameLines }, seconds, [
    names,
    momentRules(moments.map(({ at }) => at)),
  ]);
}
