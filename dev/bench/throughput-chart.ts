import { renderSvg } from "../../tools/load/render-chart.ts";
import type { Cell } from "./round-summary.ts";

const barHeight = 18;
const barWidth = 420;
const colors = ["#2e8b57", "#555", "#1f77b4", "#7b3294", "#e69f00", "#aaa", "#ccc"];

/** Bars of the requests per second, for each kind of request and number of clients, as SVG. */
export async function drawChart(cells: readonly Cell[]): Promise<string> {
  const names = [...new Set(cells.map(({ contender }) => contender))];
  const groups = [...Map.groupBy(cells, ({ mix, clients }) => title(mix, clients))];
  return await renderSvg({
    vconcat: groups.map(([heading, group]) => ({
      title: { text: heading, anchor: "start", fontSize: 12 },
      width: barWidth,
      height: { step: barHeight },
      data: { values: group.map((cell) => ({ name: cell.contender, rate: cell.rate, label: label(cell) })) },
      encoding: {
        y: { field: "name", type: "nominal", sort: names, title: null },
        x: { field: "rate", type: "quantitative", title: "requests/s" },
      },
      layer: [
        {
          mark: "bar",
          encoding: { color: { field: "name", scale: { domain: names, range: colors }, legend: null } },
        },
        { mark: { type: "text", align: "left", dx: 4 }, encoding: { text: { field: "label" } } },
      ],
    })),
  });
}

function title(mix: string, clients: number): string {
  return `${mix}, ${clients} ${clients === 1 ? "client" : "clients"}: requests per second`;
}

function label({ rate, times }: Cell): string {
  return `${rate.toFixed(0)}${Number.isFinite(times) ? ` (${times.toFixed(2)} ×)` : ""}`;
}
