import type { TopLevelSpec } from "vega-lite";

/** A chart, or panels of charts, as vega-lite describes it. */
export type ChartSpec = TopLevelSpec;

/** Renders a chart as SVG. Loads vega when it is called, because vega takes half a second. */
export async function renderSvg(spec: ChartSpec): Promise<string> {
  const [{ compile }, { Error: onlyErrors, View, parse }] = await Promise.all([
    import("vega-lite"),
    import("vega"),
  ]);
  const config = {
    background: "white",
    aria: false,
    font: "sans-serif",
    axis: { titleFontWeight: "normal" },
  };
  const compiled = compile(spec, { config: config as object }).spec;
  // It would warn of data without a row, which is no problem of the person at the terminal.
  const view = new View(parse(compiled), { renderer: "none", logLevel: onlyErrors });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}
