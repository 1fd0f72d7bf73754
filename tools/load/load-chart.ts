import {
  answerBars,
  momentRules,
  podBars,
  stepLine,
  timeChart,
  timePanel,
  type Layer,
} from "../traffic/chart-panels.ts";
import { bySecond } from "../traffic/per-second.ts";
import type { Recording } from "./load-recording.ts";
import { renderSvg } from "./render-chart.ts";

const colors = { cpu: "#1f77b4", target: "#c0392b", wanted: "#555" };

/** Draws answers per second, CPU with its target, and pods over time, as SVG. */
export async function drawPicture({
  samples,
  scaling,
  pods,
  autoscaler,
  off,
  end,
}: Recording): Promise<string> {
  const { target, max } = autoscaler;
  const seconds = Math.ceil(end / 1000);
  const cpu = scaling.flatMap(({ at, cpu: value }) => (value === undefined ? [] : [{ at, value }]));
  const wanted = scaling.map(({ at, wanted: value }) => ({ at, value }));
  const requestsText = {
    title: "answers per second (line: end of the load)",
    axis: "requests/s",
    height: 150,
  };
  const cpuText = {
    title: `CPU of the pods, target ${target} %`,
    axis: "CPU (% of request)",
    height: 120,
  };
  const podsText = {
    title: `ready pods, at most ${max} (line: desired by the autoscaler)`,
    axis: "pods",
    height: 90,
  };
  return await renderSvg(
    timeChart([
      timePanel(requestsText, seconds, [answerBars(bySecond(samples)), momentRules([off])]),
      timePanel(cpuText, seconds, [
        level(target, Math.max(2 * target, ...cpu.map(({ value }) => value)), colors.target),
        stepLine(cpu, seconds, colors.cpu),
        momentRules([off]),
      ]),
      timePanel(podsText, seconds, [
        podBars(pods, seconds),
        stepLine(wanted, seconds, colors.wanted),
        momentRules([off]),
      ]),
    ]),
  );
}

/** A horizontal line, in a panel from 0 to `most`. */
function level(value: number, most: number, color: string): Layer {
  return {
    data: { values: [{ value }] },
    mark: { type: "rule", color },
    encoding: {
      x: { value: 0 },
      x2: { value: "width" },
      y: { field: "value", scale: { domain: [0, most] } },
    },
  };
}
