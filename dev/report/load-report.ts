import { abortOnInterrupt, loadFlags } from "../../tools/commands/load.ts";
import { targetPeriodSeconds } from "../../tools/kubernetes/metrics-resolution.ts";
import { goals } from "../../tools/load/load-findings.ts";
import { loadOptions, type LoadFlags } from "../../tools/load/load-options.ts";
import { reaction, type Recording } from "../../tools/load/load-recording.ts";
import { findingLines, measureLoad } from "../../tools/load/measure-load.ts";
import { cliCommand, runCommandLine } from "../../tools/terminal/cli-command.ts";
import { runOnTerminal } from "../../tools/terminal/command-context.ts";
import { summarize } from "../../tools/traffic/request-samples.ts";
import type { Goal } from "./goal.ts";
import { saveFigures } from "./save-figures.ts";
import { doubtsAbout, measured, watchMachine } from "./this-machine.ts";

const metricsPeriodLimit = `metrics-server's period limits it: \`npm run load\` prints the command for ${targetPeriodSeconds} s.`;

/**
 * Compares the result of a load with its goals.
 * @param load the load in words
 * @param metricsPeriodSeconds time between two measurements of metrics-server, which delays the next pod.
 *     Undefined if unknown
 */
export function loadGoals(
  load: string,
  recording: Recording,
  metricsPeriodSeconds: number | undefined,
): Goal[] {
  const { failed, shed } = summarize(recording.samples, 0, Infinity);
  const { anotherPod, mostPods } = reaction(recording);
  const { min, max } = recording.autoscaler;
  const failures: Goal = {
    about: `${load}: failed requests`,
    target: `${goals.failed}`,
    measured: `${failed + shed}`,
    isReached: failed + shed === goals.failed,
  };
  // If the autoscaler's limits are equal, no pod can be added.
  if (min === max) return [failures];
  const ready = anotherPod === undefined ? undefined : anotherPod / 1000;
  const metrics = metricsPeriodSeconds === undefined ? "" : `, metrics every ${metricsPeriodSeconds} s`;
  const addition: Goal = {
    about: `${load}: time until pod ${min + 1} is ready`,
    target: `≤ ${goals.anotherPod} s`,
    measured: ready === undefined ? `no pod was added to ${mostPods}` : `${ready.toFixed(0)} s${metrics}`,
    isReached: ready !== undefined && ready <= goals.anotherPod,
    ...((metricsPeriodSeconds ?? Infinity) <= targetPeriodSeconds ? {} : { limit: metricsPeriodLimit }),
  };
  return [failures, addition];
}

/** `npm run load:write -w dev`: measures like `npm run load`, and writes docs/performance.md. */
async function main(args: readonly string[]): Promise<number> {
  const command = cliCommand("load:write -w dev", {
    summary: "Load the running service, and write docs/performance.md.",
    examples: ["npm run load:write -w dev -- --clients 64 --seconds 600"],
  });
  for (const flag of loadFlags()) command.addOption(flag);
  command.action(async (flags: LoadFlags) => {
    const signal = abortOnInterrupt();
    await runOnTerminal(async (context) => {
      const machine = watchMachine();
      const options = loadOptions(flags);
      const { recording, findings, metricsPeriodSeconds } = await measureLoad(options, context, signal);
      context.print(`\n${findingLines(findings)}`);
      const seen = machine();
      const load = flags.clients === undefined ? `${flags.rate} requests/s` : `${flags.clients} clients`;
      const figures = {
        ...measured(["npm run load:write -w dev", ...args], seen),
        goals: loadGoals(`${load} for ${flags.seconds} s`, recording, metricsPeriodSeconds),
        metricsPeriod: metricsPeriodSeconds,
        findings,
      };
      const doubts = [...doubtsAbout(seen), ...(signal.aborted ? ["Ctrl-C ended the load early."] : [])];
      await saveFigures(context.project.folder, { source: "load", figures, doubts, isPage: true });
      return undefined;
    });
  });
  return await runCommandLine(command, args);
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
