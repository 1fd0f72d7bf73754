import { line, picture, text } from "../../tools/load/svg.ts";
import {
  drawLatency,
  drawPods,
  drawRequests,
  drawTime,
  widthOf,
  xOf,
  type ReadyPods,
} from "../../tools/traffic/chart-panels.ts";
import type { Sample } from "../../tools/traffic/request-samples.ts";
import { bySecond } from "../../tools/traffic/per-second.ts";

/** A moment of a fault. */
export interface Moment {
  /** Milliseconds since the load began. */
  readonly at: number;
  readonly name: string;
}

/** What a timeline shows. */
export interface TimelineData {
  readonly samples: readonly Sample[];
  readonly moments: readonly Moment[];
  readonly pods: readonly ReadyPods[];
}

const panels = {
  requests: { top: 110, height: 160 },
  latency: { top: 310, height: 160 },
  pods: { top: 510, height: 60 },
};
const bottom = 600;

/** Draws answers a second, latency and ready pods over time, with the moments of the faults, as SVG. */
export function drawTimeline({ samples, moments, pods }: TimelineData): string {
  const seconds = bySecond(samples);
  return picture(widthOf(seconds.length), bottom + 30, [
    ...drawTime(seconds.length, bottom),
    ...drawRequests(seconds, panels.requests),
    ...drawLatency(seconds, panels.latency),
    ...drawPods(pods, seconds.length, panels.pods),
    ...moments.map(drawMoment),
  ]);
}

function drawMoment({ at, name }: Moment, i: number): string {
  const x = xOf(at);
  // Names that follow each other closely stand on lines of their own.
  const y = 14 + (i % 6) * 13;
  return line(x, y + 3, x, bottom, "#555") + text(x + 3, y, name);
}
