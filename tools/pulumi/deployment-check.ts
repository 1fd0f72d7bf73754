import { podLabels } from "../../infra/platform/pod-defaults.ts";
import { untilAnswers } from "../http/url-answer.ts";
import { askKubectl } from "../kubernetes/kubectl.ts";
import { UserError } from "../process/user-error.ts";
import { askStatus } from "../status/query-status.ts";
import { inWords } from "../status/status-text.ts";
import type { Project } from "./project-settings.ts";
import type { Outputs } from "./pulumi-stack.ts";

/** Where a stack should answer. */
export interface Target extends Outputs {
  /** Where the URL's host is. @default what DNS says */
  readonly address: string | undefined;
}

/** Milliseconds in which a service answers that `up` has just found ready: a NodePort takes some seconds. */
const promptly = 20_000;

/**
 * Whether the cluster has what `up` deployed: the Deployment its image, and the URL an answer. If not, something was
 * changed outside Pulumi.
 * @param patience how long the URL may take, in milliseconds
 */
export async function isAsDeployed(project: Project, target: Target, patience: number): Promise<boolean> {
  if ((await deployedImage(project, target)) !== target.image) return false;
  try {
    await untilAnswers(target.url, Math.min(patience, promptly), target.address);
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

async function deployedImage({ minikubeProfile }: Project, { namespace, image }: Target): Promise<string> {
  const selector = Object.entries(podLabels("web")).map(([key, value]) => `${key}=${value}`);
  const answer = await askKubectl(minikubeProfile, [
    "get",
    "deployment",
    ...["--namespace", namespace, "--selector", selector.join(",")],
    ...["--output", "jsonpath={.items[*].spec.template.spec.containers[0].image}"],
  ]);
  // A cluster that does not say has not been changed.
  return answer.kind === "ok" ? answer.stdout : image;
}

async function statusText(project: Project, { url, namespace, address }: Target): Promise<string> {
  const { minikubeProfile: profile, mongo } = project;
  const place = { profile, url, namespace, address, hasExternalMongodb: mongo === "external" };
  try {
    return inWords(await askStatus(place));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
