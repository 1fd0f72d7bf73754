import { goalsOf as imageGoals } from "./image-facts.ts";
import { measure } from "./measure-up.ts";
import { compare, goalsOf, markdown, ratioDoubts } from "./bench-up-report.ts";
import { requireEnough } from "../report/require-enough.ts";
import { saveFigures } from "../report/save-figures.ts";
import { readProject } from "../../tools/pulumi/project-settings.ts";
import { runProgram } from "../../tools/process/run-program.ts";
import { cliCommand, runCommandLine, wholeNumber } from "../../tools/terminal/cli-command.ts";
import { doubtsAbout, measured, watchMachine } from "../report/this-machine.ts";

interface Options {
  readonly rounds: number;
  readonly write: boolean;
}

const command = cliCommand("bench:up -w dev", {
  summary: "Compares `pulumi up` with docker build and kubectl apply, on the running minikube.",
  examples: ["npm run bench:up -w dev -- --rounds 1"],
})
  .option(
    "--rounds <n>",
    "Number of rounds. The result is the median of their ratios.",
    wholeNumber(1, 1000),
    5,
  )
  .option("--write", "Write docs/performance.md, unless the figures can't be trusted.", false)
  .action((options: Options) => runProgram(() => benchUp(options)));

process.exitCode = await runCommandLine(command, process.argv.slice(2));

async function benchUp({ rounds, write }: Options): Promise<void> {
  requireEnough(write, [{ flag: "--rounds", value: rounds, minimum: 5 }]);
  const { folder: project, minikubeProfile } = readProject();
  const machine = watchMachine();
  const { timings, image } = await measure(minikubeProfile, rounds, console.log);
  const seen = machine();
  const origin = measured(["npm run bench:up -w dev", ...process.argv.slice(2)], seen);
  const rows = compare(timings);
  console.log(`\n${origin.where}. Medians of ${rounds} rounds.\n\n${markdown(rows, timings)}\n`);
  const goals = [...goalsOf(rows), ...imageGoals(image)];
  console.log(
    goals.map(({ about, target, measured }) => `${about}: ${measured} (goal ${target})`).join("\n"),
  );
  await saveFigures(project, {
    source: "up",
    figures: { ...origin, goals, rounds, rows, timings, image },
    doubts: [...doubtsAbout(seen), ...ratioDoubts(rows)],
    isPage: write,
  });
}
