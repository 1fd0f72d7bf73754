import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { untilAnswers } from "../http/url-answer.ts";
import { installMissing } from "../install/missing-programs.ts";
import { exitCode, terminalContext, type CommandContext } from "../terminal/command-context.ts";
import { findAutoscaler } from "../load/autoscaler.ts";
import { drive, type Target } from "../load/drive-load.ts";
import { readOptions } from "../load/load-options.ts";
import { drawPicture } from "../load/load-chart.ts";
import { findings, periodCost, type Finding } from "../load/load-findings.ts";
import { byHandCommand, goodPeriod, metricsPeriod } from "../kubernetes/metrics-resolution.ts";
import { writeSection } from "../load/performance-page.ts";
import { requirePulumi } from "../checks/required-programs.ts";
import { UserError } from "../process/user-error.ts";
import { findStack, outputs } from "../pulumi/pulumi-stack.ts";
import { measured, watchMachine } from "../load/this-machine.ts";

/**
 * Loads the service that runs, and shows what its autoscaler makes of it. Ends by itself, or with Ctrl-C, and leaves a
 * picture.
 * @throws {Error} one sentence, or what the program that failed has printed
 */
export async function load(
  args: readonly string[],
  context: CommandContext,
  signal: AbortSignal,
): Promise<void> {
  const options = readOptions(args);
  const { project, step, print } = context;
  const target = await step("stack", () => findTarget(context));
  const period = await metricsPeriod(target.profile);
  const cost = periodCost(period, goodPeriod);
  if (cost !== undefined) print(`${cost} For ${goodPeriod} s:\n  ${await byHandCommand(target.profile)}\n`);
  const machine = watchMachine();
  const outcome = await step(`${options.mix} load on ${target.url}`, ({ say }) =>
    drive(target, options, say, signal),
  );
  const found = findings(options, outcome);
  if (signal.aborted) found.unshift(["interrupted", "what follows is what was seen until then"]);
  const folder = options.write ? join(project.folder, "docs") : join(project.folder, ".load");
  const section = "clients" in options.load ? "clients" : "load";
  const drawing = options.write && section === "clients" ? "load-clients.svg" : "load.svg";
  const file = join(folder, drawing);
  await mkdir(folder, { recursive: true });
  await writeFile(file, await drawPicture(outcome.recording));
  print(`\n${lines([...found, ["picture", file]])}`);
  if (options.write) {
    const measuring = period === undefined ? "" : ` metrics-server measured every ${period} s.`;
    const where = measured(["npm run load", ...args], machine());
    await writeSection(
      folder,
      section,
      `${where}${measuring}\n\n${list(found)}\n\n![load, CPU and pods](${drawing})`,
    );
  }
}

async function findTarget(context: CommandContext): Promise<Target> {
  const { project, patience } = context;
  await requirePulumi(context);
  await installMissing(context, ["minikube", "pulumi"]);
  const stack = await findStack(project);
  if (!stack.exists) throw new UserError("There is no stack dev, and nothing to load. Run: npm run up");
  const { url, namespace } = await outputs(stack);
  await untilAnswers(url, patience);
  const profile = project.minikubeProfile;
  return { url, profile, namespace, autoscaler: await findAutoscaler(profile, namespace) };
}

function lines(found: readonly Finding[]): string {
  const width = Math.max(...found.map(([about]) => about.length));
  return found.map(([about, sentence]) => `${about.padEnd(width)}  ${sentence}`).join("\n");
}

function list(found: readonly Finding[]): string {
  return found
    .map(([about, sentence]) => (about === "" ? `  ${sentence}` : `- ${about}: ${sentence}`))
    .join("\n");
}

if (import.meta.main) {
  const stopping = new AbortController();
  // Once: who presses it again does not want to wait for the end in order.
  process.once("SIGINT", () => {
    stopping.abort();
  });
  process.exitCode = await exitCode(terminalContext(), (context) =>
    load(process.argv.slice(2), context, stopping.signal),
  );
}
