import { join } from "node:path";
import { markdownTable } from "markdown-table";
import { requireEnough } from "../report/require-enough.ts";
import { saveFigures } from "../report/save-figures.ts";
import { doubtsAbout, measured, watchMachine } from "../report/this-machine.ts";
import { runProgram } from "../../tools/process/run-program.ts";
import { cliCommand, runCommandLine, wholeNumber } from "../../tools/terminal/cli-command.ts";
import { memoryGoals, scaleCaption, scaleDoubts, scaleTable } from "./cluster-report.ts";
import { measureCluster } from "./measure-cluster.ts";

interface Options {
  readonly memorySeconds: number;
  readonly scaleSeconds: number;
  readonly write: boolean;
}

const command = cliCommand("bench:cluster -w dev", {
  summary: "Measures a pod's memory, and the throughput of 1, 2 and 4 pods, on the running minikube.",
  examples: ["npm run bench:cluster -w dev -- --memory-seconds 60"],
})
  .option(
    "--memory-seconds <n>",
    "Seconds of load with 64 clients, for the memory.",
    wholeNumber(1, 3600),
    600,
  )
  .option("--scale-seconds <n>", "Seconds of each load on 1, 2 and 4 pods.", wholeNumber(20, 600), 40)
  .option("--write", "Write docs/performance.md, unless the figures can't be trusted.", false)
  .action((options: Options) => runProgram(() => benchCluster(options)));

process.exitCode = await runCommandLine(command, process.argv.slice(2));

async function benchCluster({ write, ...plan }: Options): Promise<void> {
  requireEnough(write, [{ flag: "--memory-seconds", value: plan.memorySeconds, minimum: 600 }]);
  const machine = watchMachine();
  const { memory, scales } = await measureCluster(plan, console.log);
  const seen = machine();
  const figures = {
    ...measured(["npm run bench:cluster -w dev", ...process.argv.slice(2)], seen),
    goals: memoryGoals(memory),
    table: scaleTable(scales),
    caption: scaleCaption,
    memory,
    scales,
  };
  console.log(`\n${figures.where}\n\n${markdownTable(figures.table)}\n`);
  for (const { about, measured: found, target } of figures.goals)
    console.log(`${about}: ${found} (goal ${target})`);
  await saveFigures(join(import.meta.dirname, "../.."), {
    source: "cluster",
    figures,
    doubts: [...doubtsAbout(seen), ...scaleDoubts(scales)],
    isPage: write,
  });
}
