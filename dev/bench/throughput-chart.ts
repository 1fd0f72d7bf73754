import { renderSvg } from "../../tools/load/render-chart.ts";
import { names } from "./server-names.ts";
import type { Cell } from "./round-summary.ts";
import { workloads } from "./workloads.ts";

const barHeight = 14;
const barWidth = 420;
const colors = ["#2e8b57", "#555", "#1f77b4", "#7b3294", "#b07cc6", "#e69f00"];

/** Draws requests per second of the server's CPU time as bars, for each workload with 64 clients. Returns SVG. */
export async function drawChart(cells: readonly Cell[]): Promise<string> {
  const servers = Object.values(names);
  const groups = Map.groupBy(
    cells.filter(({ clients }) => clients === 64),
    ({ workload }) => workload,
  );
  return await renderSvg({
    resolve: { scale: { x: "shared" } },
    vconcat: [...groups].map(([workload, group]) => ({
      title: { text: workloads[workload], anchor: "start", fontSize: 12 },
      width: barWidth,
      height: { step: barHeight },
      data: { values: group.map(bar) },
      encoding: {
        y: { field: "server", type: "nominal", sort: servers, title: null },
        x: { field: "rate", type: "quantitative", title: "requests per second of CPU time, 64 clients" },
      },
      layer: [
        {
          mark: "bar",
          encoding: { color: { field: "server", scale: { domain: servers, range: colors }, legend: null } },
        },
        { mark: { type: "text", align: "left", dx: 4, fontSize: 9 }, encoding: { text: { field: "label" } } },
      ],
    })),
  });
}

function bar({ contender, cpu: { value } }: Cell) {
  const rate = 1e6 / value;
  return { server: contender, rate, label: rate.toFixed(0) };
}
