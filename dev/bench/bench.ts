import { join } from "node:path";
import { judgeBench, startTimeMs } from "./bench-goals.ts";
import { markdown, type BenchReport } from "./bench-report.ts";
import { findContenders } from "./contenders.ts";
import { durationMs, fullPlan, measureAll } from "./measure-contenders.ts";
import { summarize } from "./round-summary.ts";
import { drawChart } from "./throughput-chart.ts";
import { doubts } from "./trust.ts";
import { requireEnough } from "../report/require-enough.ts";
import { saveFigures } from "../report/save-figures.ts";
import { measured, watchMachine } from "../report/this-machine.ts";
import { runProgram } from "../../tools/process/run-program.ts";
import { cliCommand, runCommandLine, wholeNumber } from "../../tools/terminal/cli-command.ts";

const project = join(import.meta.dirname, "../..");
const cache = join(project, "node_modules/.cache/koa-mongo-stack");

interface Options {
  readonly rounds: number;
  readonly starts: number;
  readonly write: boolean;
}

const command = cliCommand("bench -w dev", {
  summary:
    "Measures the service and handwritten servers alternately, with a canned database that answers at once.",
  examples: ["npm run bench -w dev -- --rounds 8"],
})
  .option("--rounds <n>", "Number of rounds, of 10 s each.", wholeNumber(4, 1000), fullPlan.rounds)
  .option("--starts <n>", "Number of starts of each server.", wholeNumber(4, 100), fullPlan.starts)
  .option("--write", "Write docs/performance.md, unless the figures can't be trusted.", false)
  .action((options: Options) => runProgram(() => bench(options)));

// By default, a signal ends the process without its `exit` handlers, which end the started servers.
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

process.exitCode = await runCommandLine(command, process.argv.slice(2));

async function bench({ rounds, starts, write }: Options): Promise<void> {
  requireEnough(write, [
    { flag: "--rounds", value: rounds, minimum: fullPlan.rounds },
    { flag: "--starts", value: starts, minimum: fullPlan.starts },
  ]);
  const machine = watchMachine();
  const found = await measureAll(await findContenders(cache), { rounds, starts }, console.log);
  const seen = machine();
  const figures: BenchReport = {
    ...measured(["npm run bench -w dev", ...process.argv.slice(2)], seen),
    rounds,
    durationMs,
    goals: judgeBench(found.rounds, found.starts),
    cells: summarize(found.rounds),
    footprints: Object.entries(found.peakMemoryBytes).map(([contender, peakMemoryBytes]) => {
      return { contender, startTimeMs: startTimeMs(found.starts, contender), peakMemoryBytes };
    }),
  };
  console.log(`\n${markdown(figures)}`);
  await saveFigures(project, {
    source: "bench",
    figures,
    chart: await drawChart(figures.cells),
    doubts: doubts(figures.goals, figures.cells),
    isPage: write,
  });
}
