import { untilAnswers } from "../http/url-answer.ts";
import { tryKubectl, kubectl } from "../kubernetes/kubectl.ts";
import { runOrThrow } from "../process/child-process.ts";
import { InterruptedError, UserError } from "../process/user-error.ts";
import { queryStatus, type Place } from "../status/query-status.ts";
import { formatStatus } from "../status/status-text.ts";
import { webSelector } from "../traffic/web-selector.ts";
import type { Project } from "./project-settings.ts";
import { outputs, type Outputs, type Stack } from "./pulumi-stack.ts";

/** The expected state of a deployed stack. */
export interface Target extends Outputs {
  /** IP address of the URL's host. @default from DNS */
  readonly address: string | undefined;
}

/** Milliseconds in which a ready service should answer. A NodePort needs some seconds. */
export const readyAnswerTimeoutMs = 20_000;

/**
 * Starts the pods of a Deployment that a user scaled to zero. The autoscaler ignores such a Deployment, and Pulumi
 * leaves the number of pods to the autoscaler.
 */
export async function startPods(project: Project, target: Outputs): Promise<void> {
  const found = await queryDeployment(project, target, "{.items[*].spec.replicas}");
  if (found !== "0") return;
  const selection = ["--namespace", target.namespace, "--selector", webSelector];
  const scale = ["scale", "deployment", ...selection, `--replicas=${target.replicas}`];
  const { program, args } = kubectl(project.minikubeProfile, scale);
  await runOrThrow(program, args);
}

/**
 * Whether the cluster still matches the deployment: the image is the same, and the URL answers. Otherwise, something
 * was changed outside Pulumi.
 * @param timeoutMs limit of the wait for the URL, in milliseconds
 */
export async function matchesDeployment(
  project: Project,
  target: Target,
  timeoutMs: number,
): Promise<boolean> {
  const image = await queryDeployment(project, target, "{.items[*].spec.template.spec.containers[0].image}");
  // If the cluster does not answer, assume no change.
  if (image !== undefined && image !== target.image) return false;
  try {
    await untilAnswers(target.url, Math.min(timeoutMs, readyAnswerTimeoutMs), target.address);
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/**
 * Waits until the service answers.
 * @param timeoutMs limit of the wait, in milliseconds
 * @throws {UserError} the last answer, and the output of `npm run status`
 */
export async function untilServes(project: Project, target: Target, timeoutMs: number): Promise<void> {
  try {
    await untilAnswers(target.url, timeoutMs, target.address);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${error.message}\n\n${await statusText(project, target)}`, { cause: error });
  }
}

/**
 * Adds to the error of a failed `pulumi up` why each pod isn't ready, and whether the previous pods still serve. Pulumi
 * reports only that the pods aren't ready.
 */
export async function withStackState(project: Project, stack: Stack, error: unknown): Promise<unknown> {
  if (!(error instanceof UserError) || error instanceof InterruptedError) return error;
  const lines = await describeState(project, stack).catch(() => []);
  if (lines.length === 0) return error;
  return new UserError([error.message.trimEnd(), ...lines].join("\n"), { cause: error });
}

/** A line for each pod with a problem, and for a service that answers. Empty before the first deployment. */
async function describeState(project: Project, stack: Stack): Promise<string[]> {
  const { url: address = "", namespace } = (await outputs(stack)) as Partial<Outputs>;
  if (namespace === undefined) return [];
  const { url, service, mongodb } = await queryStatus(placeOf(project, { url: address, namespace }));
  const problems = [...service.pods, ...mongodb.pods].flatMap(
    ({ name, isStuck, state, problem = isStuck ? state : undefined }) =>
      problem === undefined ? [] : [`The pod ${name} isn't ready: ${problem}`],
  );
  const ready = `${service.ready} ready pod${service.ready === 1 ? "" : "s"}`;
  const serving = url.ok ? [`The service still answers at ${address}, with ${ready}.`] : [];
  return [...problems, ...serving, "To see more, run: npm run status"];
}

function placeOf(
  { minikubeProfile: profile, mongo }: Project,
  where: Omit<Place, "profile" | "hasExternalMongodb">,
): Place {
  return { profile, ...where, hasExternalMongodb: mongo === "external" };
}

/** Undefined if the cluster does not answer. */
async function queryDeployment(
  { minikubeProfile }: Project,
  { namespace }: Outputs,
  jsonPath: string,
): Promise<string | undefined> {
  const selection = ["--namespace", namespace, "--selector", webSelector];
  const query = ["get", "deployment", ...selection, "--output", `jsonpath=${jsonPath}`];
  const answer = await tryKubectl(minikubeProfile, query);
  return answer.kind === "ok" ? answer.stdout : undefined;
}

async function statusText(project: Project, { url, namespace, address }: Target): Promise<string> {
  try {
    return formatStatus(await queryStatus(placeOf(project, { url, namespace, address })));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
