import { untilAnswers } from "../http/url-answer.ts";
import { askKubectl, kubectl } from "../kubernetes/kubectl.ts";
import { mustAsk } from "../process/child-process.ts";
import { InterruptedError, UserError } from "../process/user-error.ts";
import { askStatus, type Place } from "../status/query-status.ts";
import { inWords } from "../status/status-text.ts";
import { webSelector } from "../traffic/web-selector.ts";
import type { Project } from "./project-settings.ts";
import { outputs, type Outputs, type Stack } from "./pulumi-stack.ts";

/** Where a stack should answer. */
export interface Target extends Outputs {
  /** Where the URL's host is. @default what DNS says */
  readonly address: string | undefined;
}

/** Milliseconds in which a service answers that `up` has just found ready: a NodePort takes some seconds. */
export const promptlyMs = 20_000;

/**
 * Starts the pods of a Deployment that was scaled to zero by hand. The autoscaler leaves it alone then, and Pulumi leaves
 * the number of pods to the autoscaler.
 */
export async function startPods(project: Project, target: Outputs): Promise<void> {
  const found = await askDeployment(project, target, "{.items[*].spec.replicas}");
  if (found !== "0") return;
  const selection = ["--namespace", target.namespace, "--selector", webSelector];
  const scale = ["scale", "deployment", ...selection, `--replicas=${target.replicas}`];
  const { program, args } = kubectl(project.minikubeProfile, scale);
  await mustAsk(program, args);
}

/**
 * Whether the cluster has what `up` deployed: the Deployment its image, and the URL an answer. If not, something was
 * changed outside Pulumi.
 * @param patience how long the URL may take, in milliseconds
 */
export async function isAsDeployed(project: Project, target: Target, patience: number): Promise<boolean> {
  const image = await askDeployment(project, target, "{.items[*].spec.template.spec.containers[0].image}");
  // A cluster that does not say has not been changed.
  if (image !== undefined && image !== target.image) return false;
  try {
    await untilAnswers(target.url, Math.min(patience, promptlyMs), target.address);
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/**
 * Waits until the service answers.
 * @param patience how long, in milliseconds
 * @throws {UserError} what it answered last, and what `npm run status` shows
 */
export async function untilServes(project: Project, target: Target, patience: number): Promise<void> {
  try {
    await untilAnswers(target.url, patience, target.address);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${error.message}\n\n${await statusText(project, target)}`, { cause: error });
  }
}

/**
 * The error of a `pulumi up` that failed, with the reason why each pod isn't ready: Pulumi itself knows only that it
 * isn't.
 */
export async function withPodProblems(project: Project, stack: Stack, error: unknown): Promise<unknown> {
  if (!(error instanceof UserError) || error instanceof InterruptedError) return error;
  const lines = await podProblems(project, stack).catch(() => []);
  if (lines.length === 0) return error;
  return new UserError(`${error.message.trimEnd()}\n\n${lines.join("\n")}`, { cause: error });
}

/** A line for each pod that has a problem, or none before the first `up` has deployed anything. */
async function podProblems(project: Project, stack: Stack): Promise<string[]> {
  const { url = "", namespace } = (await outputs(stack)) as Partial<Outputs>;
  if (namespace === undefined) return [];
  const { service, mongodb } = await askStatus(placeOf(project, { url, namespace }));
  return [...service.pods, ...mongodb.pods].flatMap(({ name, problem }) =>
    problem === undefined ? [] : [`The pod ${name} isn't ready: ${problem}`],
  );
}

function placeOf(
  { minikubeProfile: profile, mongo }: Project,
  where: Omit<Place, "profile" | "hasExternalMongodb">,
): Place {
  return { profile, ...where, hasExternalMongodb: mongo === "external" };
}

/** Undefined where the cluster does not say. */
async function askDeployment(
  { minikubeProfile }: Project,
  { namespace }: Outputs,
  jsonPath: string,
): Promise<string | undefined> {
  const selection = ["--namespace", namespace, "--selector", webSelector];
  const query = ["get", "deployment", ...selection, "--output", `jsonpath=${jsonPath}`];
  const answer = await askKubectl(minikubeProfile, query);
  return answer.kind === "ok" ? answer.stdout : undefined;
}

async function statusText(project: Project, { url, namespace, address }: Target): Promise<string> {
  try {
    return inWords(await askStatus(placeOf(project, { url, namespace, address })));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
