import { percentile, type Sample } from "./sample.ts";

/** A moment of a fault. */
export interface Moment {
  /** Milliseconds since the load began. */
  readonly at: number;
  readonly name: string;
}

/** How many pods were ready since a moment. */
export interface ReadyPods {
  readonly at: number;
  readonly ready: number;
}

/** What a timeline shows. */
export interface TimelineData {
  readonly samples: readonly Sample[];
  readonly moments: readonly Moment[];
  readonly pods: readonly ReadyPods[];
}

/** What was answered in one second. */
interface Second {
  ok: number;
  shed: number;
  failed: number;
  readonly times: number[];
}

const perSecond = 2;
const leastWidth = 400;
const left = 70;
const panels = {
  requests: { top: 110, height: 160 },
  latency: { top: 310, height: 160 },
  pods: { top: 510, height: 60 },
};
const bottom = 600;
/** Milliseconds at the two ends of the latency's logarithmic axis. */
const latencyRange = [1, 10_000] as const;
const colors = {
  ok: "#2e8b57",
  shed: "#e69f00",
  failed: "#c0392b",
  p50: "#1f77b4",
  p99: "#7b3294",
  grid: "#ddd",
};

/** Draws answers a second, latency and ready pods over time, with the moments of the faults, as SVG. */
export function drawTimeline({ samples, moments, pods }: TimelineData): string {
  const seconds = bySecond(samples);
  const width = left + Math.max(seconds.length * perSecond, leastWidth) + 40;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${bottom + 30}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...timeAxis(seconds.length),
    ...drawRequests(seconds),
    ...drawLatency(seconds),
    ...drawPods(pods, seconds.length),
    ...moments.map(drawMoment),
    "</svg>",
  ].join("\n");
}

function bySecond(samples: readonly Sample[]): Second[] {
  const last = samples.reduce((latest, { due }) => Math.max(latest, due), 0);
  const seconds: Second[] = Array.from({ length: Math.floor(last / 1000) + 1 }, () => {
    return { ok: 0, shed: 0, failed: 0, times: [] };
  });
  for (const { due, ms, outcome } of samples) {
    const second = seconds[Math.floor(due / 1000)];
    if (second === undefined) continue;
    if (outcome === "ok") second.times.push(ms);
    second[outcome === "ok" || outcome === "shed" ? outcome : "failed"]++;
  }
  for (const { times } of seconds) times.sort((a, b) => a - b);
  return seconds;
}

function drawRequests(seconds: readonly Second[]): string[] {
  const { top, height } = panels.requests;
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

function drawLatency(seconds: readonly Second[]): string[] {
  const { top, height } = panels.latency;
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

function drawPods(pods: readonly ReadyPods[], seconds: number): string[] {
  const { top, height } = panels.pods;
  const most = Math.max(1, ...pods.map(({ ready }) => ready));
  const x = (ms: number) => left + (ms / 1000) * perSecond;
  const steps = pods.map(({ at, ready }, i) => {
    const end = pods[i + 1]?.at ?? seconds * 1000;
    const size = (ready / most) * height;
    return rect(x(at), top + height - size, x(end) - x(at), size, "#9ecae1");
  });
  return [text(left, top - 6, `ready pods, up to ${most}`), ...steps];
}

function drawMoment({ at, name }: Moment, i: number): string {
  const x = left + (at / 1000) * perSecond;
  // Names that follow each other closely stand on lines of their own.
  const y = 14 + (i % 6) * 13;
  return line(x, y + 3, x, bottom, "#555") + text(x + 3, y, name);
}

function timeAxis(seconds: number): string[] {
  const minutes = Array.from({ length: Math.floor(seconds / 60) + 1 }, (_, i) => i);
  return minutes.map((minute) => text(left + minute * 60 * perSecond, bottom + 15, `${minute} min`));
}

function rect(x: number, y: number, width: number, height: number, fill: string): string {
  return `<rect x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" fill="${fill}"/>`;
}

function line(x1: number, y1: number, x2: number, y2: number, stroke: string): string {
  return `<line x1="${short(x1)}" y1="${short(y1)}" x2="${short(x2)}" y2="${short(y2)}" stroke="${stroke}"/>`;
}

function text(x: number, y: number, content: string, fill = "#333"): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${short(x)}" y="${short(y)}" fill="${fill}">${escaped}</text>`;
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}
