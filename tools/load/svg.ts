/** Parts of a picture as SVG, with short numbers. */

export function rect(x: number, y: number, width: number, height: number, fill: string): string {
  return `<rect x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" fill="${fill}"/>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, stroke: string): string {
  return `<line x1="${short(x1)}" y1="${short(y1)}" x2="${short(x2)}" y2="${short(y2)}" stroke="${stroke}"/>`;
}

/** A line through points. */
export function path(points: readonly (readonly [x: number, y: number])[], stroke: string): string {
  const corners = points.map(([x, y]) => `${short(x)},${short(y)}`).join(" ");
  return `<polyline points="${corners}" fill="none" stroke="${stroke}" stroke-width="2"/>`;
}

export function text(x: number, y: number, content: string, fill = "#333"): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${short(x)}" y="${short(y)}" fill="${fill}">${escaped}</text>`;
}

/** The whole picture, on white. */
export function picture(width: number, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}
