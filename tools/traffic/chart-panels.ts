import type { ChartSpec } from "../load/render-chart.ts";
import { Latencies } from "./latencies.ts";
import type { Second } from "./per-second.ts";

/** Number of ready pods since a moment. */
export interface ReadyPods {
  /** Milliseconds since the load began. */
  readonly at: number;
  readonly ready: number;
}

/** A value that is valid from a moment until the next step. */
export interface Step {
  /** Milliseconds since the load began. */
  readonly at: number;
  readonly value: number;
}

/** A panel of a chart over time. */
export type Panel = Extract<ChartSpec, { vconcat: unknown }>["vconcat"][number];
/** A layer of a panel. */
export type Layer = Extract<ChartSpec, { layer: unknown }>["layer"][number];

/** Height of a panel in pixels, its title, and the title of its vertical axis. */
export interface PanelText {
  readonly title: string;
  /** Includes the unit. */
  readonly axis: string;
  readonly height: number;
}

const pixelsPerSecond = 2;
const leastWidth = 400;
/** Limits of the logarithmic latency axis, in milliseconds. */
const latencyRange = [1, 10_000];
const latencyTicks = [1, 10, 100, 1000, 10_000];
const outcomes = { domain: ["successful", "503", "failed"], range: ["#2e8b57", "#e69f00", "#c0392b"] };
const percentiles = { domain: ["p99", "p50"], range: ["#7b3294", "#1f77b4"] };
const podColor = "#9ecae1";

/** A chart with panels below each other, and one time axis. */
export function timeChart(panels: readonly Panel[]): ChartSpec {
  return { vconcat: [...panels], resolve: { scale: { color: "independent" } } };
}

/** A panel over time, from the start of the load until `seconds`. */
export function timePanel(
  { title, axis, height }: PanelText,
  seconds: number,
  layer: readonly Layer[],
): Panel {
  return {
    title: { text: title, anchor: "start", fontSize: 11, fontWeight: "normal" },
    width: Math.max(seconds * pixelsPerSecond, leastWidth),
    height,
    encoding: {
      x: {
        field: "from",
        type: "quantitative",
        scale: { domain: [0, seconds / 60], nice: false },
        title: "time since the load began (min)",
      },
      y: { type: "quantitative", title: axis },
    },
    layer: [...layer],
  };
}

/** Answers per second, by outcome. */
export function answerBars(seconds: readonly Second[]): Layer {
  const values = seconds.flatMap(({ ok, shed, failed }, i) => [
    { ...bar(i), kind: "successful", low: 0, high: ok },
    { ...bar(i), kind: "503", low: ok, high: ok + shed },
    { ...bar(i), kind: "failed", low: ok + shed, high: ok + shed + failed },
  ]);
  return {
    data: { values: values.filter(({ low, high }) => high > low) },
    mark: "rect",
    encoding: { x2: { field: "to" }, y: { field: "low" }, y2: { field: "high" }, color: legend(outcomes) },
  };
}

/** Median and 99th percentile latency of successful requests, per second. */
export function latencyMarks(seconds: readonly Second[]): Layer {
  const values = seconds.flatMap(({ times }, i) => {
    if (times.length === 0) return [];
    const latencies = Latencies.of(times);
    return [99, 50].map((percent) => ({ ...bar(i), kind: `p${percent}`, ms: latencies.percentile(percent) }));
  });
  return {
    data: { values },
    mark: { type: "rule", strokeWidth: 2 },
    encoding: {
      x2: { field: "to" },
      y: {
        field: "ms",
        scale: { type: "log", domain: latencyRange, clamp: true },
        axis: { values: latencyTicks },
      },
      color: legend(percentiles),
    },
  };
}

/** Bars of the ready pods over time. */
export function podBars(pods: readonly ReadyPods[], seconds: number): Layer {
  const values = pods.map(({ at, ready }, i) => {
    return { from: at / 60_000, to: (pods[i + 1]?.at ?? seconds * 1000) / 60_000, none: 0, ready };
  });
  return {
    data: { values },
    mark: { type: "rect", color: podColor },
    encoding: { x2: { field: "to" }, y: { field: "none" }, y2: { field: "ready" } },
  };
}

/** A step line. The last value continues until `seconds`. */
export function stepLine(steps: readonly Step[], seconds: number, color: string): Layer {
  const last = steps.at(-1);
  const all = last === undefined ? [] : [...steps, { at: seconds * 1000, value: last.value }];
  return {
    data: { values: all.map(({ at, value }) => ({ from: at / 60_000, value })) },
    mark: { type: "line", interpolate: "step-after", color },
    encoding: { y: { field: "value" } },
  };
}

/** A vertical line at each moment, in milliseconds since the load began. */
export function momentRules(moments: readonly number[]): Layer {
  return {
    data: { values: moments.map((at) => ({ from: at / 60_000 })) },
    mark: { type: "rule", color: "#555" },
    // The line spans the panel's height, whatever its values are.
    encoding: { y: { value: 0 }, y2: { value: "height" } },
  };
}

function bar(second: number) {
  return { from: second / 60, to: (second + 1) / 60 };
}

function legend(scale: { domain: string[]; range: string[] }) {
  return { field: "kind", type: "nominal", title: null, scale } as const;
}
