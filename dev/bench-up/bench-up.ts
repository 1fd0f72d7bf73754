import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inWords } from "./image-facts.ts";
import { measure } from "./measure-up.ts";
import { compare, markdown } from "./bench-up-report.ts";
import { writeSection } from "../report/performance-page.ts";
import { readProject } from "../../tools/pulumi/project-settings.ts";
import { runProgram } from "../../tools/process/run-program.ts";
import { cliCommand, runCommandLine, wholeNumber } from "../../tools/terminal/cli-command.ts";
import { measured, watchMachine } from "../report/this-machine.ts";

const explanation = `The same stack, on the same minikube, deployed by turns: with \`pulumi up\`, and in the shortest way there is without it:
\`docker build\` in the node, \`kubectl apply\` of the manifests that the program renders, \`kubectl rollout status\`. A time
ends when the page of the new pods is there. The image's dependencies are in the cache of both; its code is new each time.
An empty program is Pulumi's own \`up\` of nothing.`;

interface Options {
  readonly rounds: number;
  readonly write: boolean;
}

const command = cliCommand("bench:up -w dev", {
  summary: "Measures `pulumi up` beside docker build and kubectl apply, on the minikube that runs.",
  examples: ["npm run bench:up -w dev -- --rounds 1"],
})
  .option("--rounds <n>", "Rounds; the medians count.", wholeNumber(1, 1000), 3)
  .option("--write", "Write the section of docs/performance.md.", false)
  .action((options: Options) => runProgram(() => benchUp(options)));

process.exitCode = await runCommandLine(command, process.argv.slice(2));

async function benchUp({ rounds, write }: Options): Promise<void> {
  const { folder: project, minikubeProfile } = readProject();
  const machine = watchMachine();
  const { timings, image } = await measure(minikubeProfile, rounds, console.log);
  const where = measured(["npm run bench:up -w dev", ...process.argv.slice(2)], machine());
  const rows = compare(timings);
  const text = `${where} Medians of ${rounds} rounds.\n\n${markdown(rows, timings)}\n\n${inWords(image)}`;
  console.log(`\n${text}`);
  const folder = join(project, write ? "docs" : ".bench");
  await mkdir(folder, { recursive: true });
  const json = { where, rounds, rows, timings, image };
  await writeFile(join(folder, "performance-up.json"), `${JSON.stringify(json, undefined, 2)}\n`);
  if (write) await writeSection(folder, "up", `${explanation}\n\n${text}`);
}
