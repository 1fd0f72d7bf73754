import { line, rect, text } from "../load/svg.ts";
import { percentile } from "./request-samples.ts";
import type { Second } from "./per-second.ts";

/** How many pods were ready since a moment. */
export interface ReadyPods {
  /** Milliseconds since the load began. */
  readonly at: number;
  readonly ready: number;
}

/** Where a panel stands in its picture. */
export interface Box {
  readonly top: number;
  readonly height: number;
}

/** Where a picture's time begins. */
export const left = 70;
const perSecond = 2;
const leastWidth = 400;
const margin = 40;

/** Width of a picture of so many seconds. */
export function widthOf(seconds: number): number {
  return left + Math.max(seconds * perSecond, leastWidth) + margin;
}

/** Milliseconds at the two ends of the latency's logarithmic axis. */
const latencyRange = [1, 10_000] as const;
const colors = {
  ok: "#2e8b57",
  shed: "#e69f00",
  failed: "#c0392b",
  p50: "#1f77b4",
  p99: "#7b3294",
  grid: "#ddd",
  pods: "#9ecae1",
};

/** Answers a second. */
export function drawRequests(seconds: readonly Second[], { top, height }: Box): string[] {
  const most = Math.max(1, ...seconds.map(({ ok, shed, failed }) => ok + shed + failed));
  const bars = seconds.flatMap((second, i) => {
    let base = top + height;
    return (["ok", "shed", "failed"] as const).map((kind) => {
      const size = (second[kind] / most) * height;
      base -= size;
      return size === 0 ? "" : rect(left + i * perSecond, base, perSecond, size, colors[kind]);
    });
  });
  const legend = [
    text(left + 70, top - 6, "right", colors.ok),
    text(left + 110, top - 6, "503", colors.shed),
    text(left + 145, top - 6, "failed", colors.failed),
  ];
  return [text(left, top - 6, "requests/s"), ...legend, ...bars, text(left - 35, top + 10, String(most))];
}

/** Median and 99th percentile of the right answers. */
export function drawLatency(seconds: readonly Second[], { top, height }: Box): string[] {
  const [least, most] = latencyRange;
  const y = (ms: number) => {
    const part = Math.log(Math.max(ms, least) / least) / Math.log(most / least);
    return top + height - Math.min(part, 1) * height;
  };
  const grid = [1, 10, 100, 1000, 10_000].flatMap((ms) => [
    line(left, y(ms), left + seconds.length * perSecond, y(ms), colors.grid),
    text(left - 55, y(ms) + 4, ms < 1000 ? `${ms} ms` : `${ms / 1000} s`),
  ]);
  const dots = (part: number, color: string) =>
    seconds.map(({ times }, i) =>
      times.length === 0
        ? ""
        : rect(left + i * perSecond, y(percentile(times, part)) - 1, perSecond, 2, color),
    );
  const legend = [text(left + 130, top - 6, "p50", colors.p50), text(left + 160, top - 6, "p99", colors.p99)];
  const title = text(left, top - 6, "latency of the right");
  return [title, ...legend, ...grid, ...dots(0.99, colors.p99), ...dots(0.5, colors.p50)];
}

/**
 * Ready pods.
 * @param most pods at the panel's full height
 */
export function drawPods(
  pods: readonly ReadyPods[],
  seconds: number,
  { top, height }: Box,
  most = Math.max(1, ...pods.map(({ ready }) => ready)),
): string[] {
  const steps = pods.map(({ at, ready }, i) => {
    const end = pods[i + 1]?.at ?? seconds * 1000;
    const size = (ready / most) * height;
    return rect(xOf(at), top + height - size, xOf(end) - xOf(at), size, colors.pods);
  });
  return [text(left, top - 6, `ready pods, up to ${most}`), ...steps];
}

/** Minutes. */
export function drawTime(seconds: number, bottom: number): string[] {
  const minutes = Array.from({ length: Math.floor(seconds / 60) + 1 }, (_, i) => i);
  return minutes.map((minute) => text(xOf(minute * 60_000), bottom + 15, `${minute} min`));
}

/** Where a moment stands, in milliseconds since the load began. */
export function xOf(ms: number): number {
  return left + (ms / 1000) * perSecond;
}
