import { styleText } from "node:util";

type Fields = Record<string, unknown>;

/** pino's levels, and the colour of those that want to be seen. */
const levels: Record<number, readonly [name: string, colour?: "red" | "yellow"]> = {
  10: ["trace"],
  20: ["debug"],
  30: ["info"],
  40: ["warn", "yellow"],
  50: ["error", "red"],
  60: ["fatal", "red"],
};

const error = 50;

const sameOnEveryLine = ["pod", "pid", "hostname"];

/** A line of the service's log for a person to read; what is no JSON line of pino's stays as it is. */
export function readableLine(line: string): string {
  const { level, time, msg, err, ...fields } = parse(line) ?? {};
  if (typeof level !== "number" || typeof time !== "number") return line;
  const [name, colour] = levels[level] ?? [String(level)];
  const words = [
    new Date(time).toTimeString().slice(0, 8),
    colour === undefined ? name : styleText(colour, name),
    ...(msg === "request" ? requestWords(fields) : [String(msg), ...pairs(fields)]),
  ];
  return words.join(" ") + cause(err, level);
}

function parse(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

function requestWords({ method, path, status, ms }: Fields): string[] {
  return [String(method), String(path), String(status), `${String(ms)} ms`];
}

function pairs(fields: Fields): string[] {
  const shown = Object.entries(fields).filter(([key]) => !sameOnEveryLine.includes(key));
  return shown.map(([key, value]) => `${key}=${JSON.stringify(value)}`);
}

/** Where an error came from; of what is only a warning, that it happened. */
function cause(err: unknown, level: number): string {
  if (typeof err !== "object" || err === null) return "";
  const { stack, message = JSON.stringify(err) } = err as { stack?: string; message?: string };
  return level < error ? `: ${message}` : `\n${stack ?? message}`;
}
