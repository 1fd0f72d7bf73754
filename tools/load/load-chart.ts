import { line, path, picture, text } from "./svg.ts";
import { drawPods, drawRequests, drawTime, left, widthOf, xOf, type Box } from "../traffic/chart-panels.ts";
import { bySecond } from "../traffic/per-second.ts";
import type { Recording } from "./load-recording.ts";

const panels = {
  requests: { top: 30, height: 150 },
  cpu: { top: 220, height: 120 },
  pods: { top: 380, height: 90 },
};
const bottom = 480;
const colors = { cpu: "#1f77b4", target: "#c0392b", wanted: "#555" };

/** Draws answers a second, CPU against its target, and pods over time, as SVG. */
export function drawPicture(record: Recording): string {
  const seconds = Math.ceil(record.end / 1000);
  return picture(widthOf(seconds), bottom + 30, [
    ...drawTime(seconds, bottom),
    ...drawRequests(bySecond(record.samples), panels.requests),
    ...drawCpu(record, panels.cpu),
    ...drawScaling(record, panels.pods),
    line(xOf(record.off), panels.requests.top, xOf(record.off), bottom, "#555"),
    text(xOf(record.off) + 3, panels.requests.top + 10, "load off"),
  ]);
}

function drawCpu({ scaling, autoscaler: { target }, end }: Recording, { top, height }: Box): string[] {
  const known = scaling.flatMap(({ at, cpu }) => (cpu === undefined ? [] : [{ at, value: cpu }]));
  const most = Math.max(2 * target, ...known.map(({ value }) => value));
  const y = (percent: number) => top + height - (percent / most) * height;
  return [
    text(left, top - 6, "CPU of the pods, in percent of their request"),
    text(left + 270, top - 6, `target ${target} %`, colors.target),
    text(left - 45, top + 10, `${most} %`),
    line(left, y(target), xOf(end), y(target), colors.target),
    steps(known, end, y, colors.cpu),
  ];
}

function drawScaling({ pods, scaling, autoscaler: { max }, end }: Recording, box: Box): string[] {
  const { top, height } = box;
  const wanted = scaling.map(({ at, wanted: value }) => ({ at, value }));
  const y = (count: number) => top + height - (count / max) * height;
  return [
    ...drawPods(pods, end / 1000, box, max),
    text(left + 130, top - 6, "wanted by the autoscaler", colors.wanted),
    steps(wanted, end, y, colors.wanted),
  ];
}

/** A value stays what it was until it is another. */
function steps(
  values: readonly { readonly at: number; readonly value: number }[],
  end: number,
  y: (value: number) => number,
  color: string,
): string {
  const points = values.flatMap(({ at, value }, i) => {
    const until = values[i + 1]?.at ?? end;
    return [[xOf(at), y(value)] as const, [xOf(until), y(value)] as const];
  });
  return path(points, color);
}
