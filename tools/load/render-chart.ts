import type { TopLevelSpec } from "vega-lite";

/** A chart, or panels of charts, as a vega-lite specification. */
export type ChartSpec = TopLevelSpec;

/** Renders a chart as SVG. Imports vega only when called: the import takes half a second. */
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
  // vega would warn about data without rows, which users need not see.
  const view = new View(parse(compiled), { renderer: "none", logLevel: onlyErrors });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}
