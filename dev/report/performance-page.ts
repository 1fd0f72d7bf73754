import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { markdownTable } from "markdown-table";
import type { Goal } from "./goal.ts";
import type { Origin } from "./this-machine.ts";

/** Figures of one command, as in its JSON file. */
export interface Figures extends Origin {
  readonly goals: readonly Goal[];
  /** A table for the page. @default none */
  readonly table?: readonly (readonly string[])[];
  /** Explains the table. @default nothing */
  readonly caption?: string;
}

/** Commands that measure figures, in the order of the page. */
const sources = {
  bench: { file: "performance.json", command: "npm run bench -w dev -- --write", needs: "8 minutes" },
  up: {
    file: "performance-up.json",
    command: "npm run bench:up -w dev -- --write",
    needs: "10 minutes, minikube",
  },
  load: {
    file: "performance-load.json",
    command: "npm run load:write -w dev",
    needs: "8 minutes, a running stack",
  },
  cluster: {
    file: "performance-cluster.json",
    command: "npm run bench:cluster -w dev -- --write",
    needs: "25 minutes, minikube",
  },
} as const;

/** Name of a command that measures figures. */
export type Source = keyof typeof sources;

/** File of the only chart. */
export const chartFile = "performance.svg";

/** Name of a command's JSON file. */
export function fileOf(source: Source): string {
  return sources[source].file;
}

const intro = `The commands below wrote this page and the JSON files beside it. \`bench\` measures the service, as its image has it and
with the stack's settings, alternately with handwritten servers, in many short rounds. All use the same canned
MongoDB, which answers at once. A factor is the mean of the rounds' factors, without the lowest and the highest quarter;
± is its standard error in this run. Another run's factors may differ by a tenth. A pod has one CPU: the CPU time of a
request decides how many requests the pod serves.`;

/**
 * Writes a source's figures, and `performance.md` from the figures of all sources.
 * @param folder folder of the page, created if it is missing
 */
export async function writeFigures(folder: string, source: Source, figures: Figures): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, fileOf(source)), `${JSON.stringify(figures, undefined, 2)}\n`);
  const known = await Promise.all(
    Object.keys(sources).map(async (name) => [name as Source, await read(folder, name as Source)] as const),
  );
  await writeFile(join(folder, "performance.md"), page(known));
}

async function read(folder: string, source: Source): Promise<Figures | undefined> {
  const text = await readFile(join(folder, fileOf(source)), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Figures);
}

function page(known: readonly (readonly [Source, Figures | undefined])[]): string {
  const goals = known.flatMap(([, figures]) => figures?.goals ?? []);
  const missed = goals.filter(({ isReached }) => !isReached);
  const parts = [
    "# Performance",
    intro,
    markdownTable([["", "goal", "measured", ""], ...goals.map(row)]),
    ...(missed.length === 0 ? [] : [reasons(missed)]),
    ...(known.some(([source, figures]) => source === "bench" && figures !== undefined)
      ? [`![requests per second of CPU time](${chartFile})`]
      : []),
    ...known.flatMap(([, figures]) => tableOf(figures)),
    "## Measure it yourself",
    markdownTable([["command", "requires", "last run"], ...known.map(howTo)]),
  ];
  return `${parts.join("\n\n")}\n`;
}

function tableOf({ table, caption }: Partial<Figures> = {}): string[] {
  if (table === undefined) return [];
  return [...(caption === undefined ? [] : [caption]), markdownTable(table)];
}

function row({ about, target, measured, isReached }: Goal): string[] {
  return [about, target, measured, isReached ? "reached" : "**missed**"];
}

/** One line for all goals that are missed for the same reason. */
function reasons(missed: readonly Goal[]): string {
  const groups = Map.groupBy(missed, ({ limit }) => limit ?? "The limiting factor is not analysed yet.");
  return [...groups]
    .map(
      ([limit, goals]) => `- Missed: ${[...new Set(goals.map(({ about }) => about))].join("; ")}. ${limit}`,
    )
    .join("\n");
}

function howTo([source, figures]: readonly [Source, Figures | undefined]): string[] {
  const { command, needs } = sources[source];
  return [`\`${figures?.command ?? command}\``, needs, figures?.where ?? "none"];
}
