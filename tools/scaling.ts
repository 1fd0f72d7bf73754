import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { runProgram } from "./run-program.ts";
import { readFigures } from "./scaling/figures.ts";
import { report } from "./scaling/report.ts";

const project = join(import.meta.dirname, "..");
const page = join(project, "docs/scaling.md");
const marks = ["<!-- Made by `npm run scaling -- --write` from here … -->", "<!-- … to here. -->"] as const;

const { values } = parseArgs({
  options: {
    /** Microseconds of CPU for a request with one client at a time, and with 64. @default docs/performance.json */
    alone: { type: "string" },
    together: { type: "string" },
    /** Prices a month, of a CPU with its memory and of a gigabyte of disk. */
    "cpu-price": { type: "string", default: "30" },
    "disk-price": { type: "string", default: "0.1" },
    /** Requests of each simulation. */
    requests: { type: "string", default: "200000" },
    /** Whether the figures go into docs/scaling.md. */
    write: { type: "boolean", default: false },
  },
});

// `npm run scaling`: what rates and amounts of data need, from the measured cost of a request.
await runProgram(async () => {
  const { alone, together } = values;
  const figures =
    alone !== undefined && together !== undefined
      ? { alone: Number(alone), together: Number(together), source: "measured by hand" }
      : readFigures(join(project, "docs/performance.json"));
  const text = report({
    figures,
    prices: { cpu: Number(values["cpu-price"]), disk: Number(values["disk-price"]) },
    scaling: await defaults(),
    requests: Number(values.requests),
  });
  console.log(text);
  if (values.write) await write(text);
});

/** What the stack does unless it is told otherwise. */
async function defaults(): Promise<{ cpuTarget: number; minReplicas: number; maxReplicas: number }> {
  const { config } = parse(await readFile(join(project, "Pulumi.yaml"), "utf8")) as {
    config: Record<"cpuTarget" | "minReplicas" | "maxReplicas", { default: number }>;
  };
  const { cpuTarget, minReplicas, maxReplicas } = config;
  return { cpuTarget: cpuTarget.default, minReplicas: minReplicas.default, maxReplicas: maxReplicas.default };
}

/** Puts it between its marks; what is written around them stays. */
async function write(text: string): Promise<void> {
  const before = await readFile(page, "utf8");
  const [start, end] = marks.map((mark) => before.indexOf(mark));
  if (start === undefined || end === undefined || start < 0 || end < start) {
    throw new Error(`${page} has not the lines that say where the figures go: ${marks.join(" and ")}`);
  }
  const whole = `${before.slice(0, start)}${marks[0]}\n\n${text}\n${before.slice(end)}`;
  await writeFile(page, whole);
  console.log(`written: ${page}`);
}
