import { installMissing } from "../install/missing-programs.ts";
import type { CommandContext } from "../terminal/command-context.ts";
import { findAutoscaler } from "./watch-autoscaler.ts";
import { drive, type Target } from "./drive-load.ts";
import type { Options } from "./load-options.ts";
import { drawPicture } from "./load-chart.ts";
import { findings, periodCost, type Finding } from "./load-findings.ts";
import {
  targetPeriodCommand,
  targetPeriodSeconds,
  metricsPeriodSeconds,
} from "../kubernetes/metrics-resolution.ts";
import { requirePulumi } from "../checks/required-programs.ts";
import { UserError } from "../process/user-error.ts";
import { reachedAt } from "../pulumi/deployed-stack.ts";
import { stackName } from "../pulumi/project-settings.ts";
import { untilServes } from "../pulumi/deployment-check.ts";
import { deployedOutputs, findStack } from "../pulumi/pulumi-stack.ts";
import type { Recording } from "./load-recording.ts";

/** The result of a load. */
export interface LoadResult {
  readonly recording: Recording;
  readonly findings: readonly Finding[];
  /** The recording as an SVG chart. */
  readonly picture: string;
  /** metrics-server's interval in seconds, if known. */
  readonly metricsPeriodSeconds: number | undefined;
}

/**
 * Sends a load to the running service, and records the autoscaler's reaction. Prints progress, and a command that
 * lets the autoscaler react sooner, if there is one.
 * @param signal ends the load at any point; the result has everything recorded until then
 * @throws {UserError} a problem, in one sentence, or the output of a failed program
 */
export async function measureLoad(
  options: Options,
  context: CommandContext,
  signal: AbortSignal,
): Promise<LoadResult> {
  const { step, print } = context;
  const target = await step("stack", () => findTarget(context));
  const period = await metricsPeriodSeconds(target.profile);
  const cost = periodCost(period, targetPeriodSeconds);
  if (cost !== undefined)
    print(
      `${cost} To measure every ${targetPeriodSeconds} s, run:\n  ${await targetPeriodCommand(target.profile)}\n`,
    );
  const measurement = await step(`${options.mix} load on ${target.url}`, ({ say }) =>
    drive(target, options, say, signal),
  );
  const found = findings(options, measurement);
  if (signal.aborted) found.unshift(["interrupted", "the results cover the time until Ctrl-C"]);
  const { recording } = measurement;
  return { recording, findings: found, picture: await drawPicture(recording), metricsPeriodSeconds: period };
}

/** Formats findings as lines for a terminal. */
export function findingLines(found: readonly Finding[]): string {
  const width = Math.max(...found.map(([about]) => about.length));
  return found.map(([about, sentence]) => `${about.padEnd(width)}  ${sentence}`).join("\n");
}

async function findTarget(context: CommandContext): Promise<Target> {
  const { project, urlTimeoutMs } = context;
  await requirePulumi(context);
  await installMissing(context, ["minikube", "pulumi"]);
  const stack = await findStack(project);
  if (!stack.exists)
    throw new UserError(`There is no stack ${stackName}, and nothing to load. Run: npm run up`);
  const found = await deployedOutputs(stack);
  const { namespace } = found;
  const { url } = await reachedAt(project, found.url);
  // The load's clients resolve the host name with DNS only.
  await untilServes(project, { ...found, url, address: undefined }, urlTimeoutMs);
  const profile = project.minikubeProfile;
  return { url, profile, namespace, autoscaler: await findAutoscaler(profile, namespace) };
}
