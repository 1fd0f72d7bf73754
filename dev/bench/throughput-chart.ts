import type { Cell } from "./round-summary.ts";

const barHeight = 16;
const left = 190;
const barWidth = 420;
const colors = ["#2e8b57", "#555", "#1f77b4", "#7b3294", "#e69f00", "#aaa", "#ccc"];

/** Bars of the requests a second, for each kind of request and number of clients, as SVG. */
export function drawChart(cells: readonly Cell[]): string {
  const groups = [...Map.groupBy(cells, ({ mix, clients }) => title(mix, clients))];
  const names = [...new Set(cells.map(({ contender }) => contender))];
  let y = 10;
  const parts = groups.flatMap(([heading, group]) => {
    const most = Math.max(...group.map(({ rate }) => rate));
    y += 28;
    const head = `<text x="10" y="${y - 6}" font-weight="bold">${heading}</text>`;
    const bars = group.map((cell) => {
      const bar = drawBar(cell, y, (cell.rate / most) * barWidth, names.indexOf(cell.contender));
      y += barHeight + 2;
      return bar;
    });
    return [head, ...bars];
  });
  const size = `width="${left + barWidth + 170}" height="${y + 10}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function title(mix: string, clients: number): string {
  return `${mix}, ${clients} ${clients === 1 ? "client" : "clients"}: requests a second`;
}

function drawBar({ contender, rate, times }: Cell, y: number, width: number, n: number): string {
  const fill = colors[n % colors.length] ?? "#555";
  const factor = Number.isFinite(times) ? ` (${times.toFixed(2)} ×)` : "";
  return [
    `<text x="${left - 8}" y="${y + 12}" text-anchor="end">${contender}</text>`,
    `<rect x="${left}" y="${y}" width="${width.toFixed(1)}" height="${barHeight}" fill="${fill}"/>`,
    `<text x="${(left + width + 6).toFixed(1)}" y="${y + 12}">${rate.toFixed(0)}${factor}</text>`,
  ].join("");
}
