import {
  findProfile,
  hasIngress,
  hasMetricsServer,
  isRunning,
  startArguments,
  type Profile,
} from "../../infra/cluster/minikube-profile.ts";
import { connectDirectly } from "./bypass-proxy.ts";
import { forgetCluster, isCreatedByUp, rememberCluster, rememberStart } from "./created-cluster.ts";
import { goodPeriod, measureOften, metricsPeriod } from "../kubernetes/metrics-resolution.ts";
import type { Project } from "../pulumi/project-settings.ts";
import { work } from "../process/child-process.ts";
import { UserError } from "../process/user-error.ts";
import type { StepOutput } from "../terminal/steps.ts";

/**
 * Creates the cluster where there is none, and starts one that is stopped.
 * @throws {UserError} minikube could not
 */
export async function startCluster(project: Project, { say, title }: StepOutput): Promise<void> {
  const profile = project.minikubeProfile;
  const found = await findProfile(profile);
  if (found === undefined) {
    title(`minikube: creating the cluster "${profile}"`);
    await createCluster(project, say);
  } else if (!isRunning(found)) {
    title(`minikube: starting the cluster "${profile}"`);
    await work("minikube", ["start", "-p", profile], {}, say);
  }
  // Its address is known only now.
  connectDirectly(project);
  await rememberCluster(project);
  title(`minikube: "${profile}" runs`);
}

async function createCluster(project: Project, say: StepOutput["say"]): Promise<void> {
  const profile = project.minikubeProfile;
  rememberStart(project);
  try {
    await work("minikube", startArguments(profile, publishedPort(project)), {}, say);
  } catch (error) {
    if ((await findProfile(profile)) === undefined) forgetCluster(project);
    throw error;
  }
}

/** A port that Kubernetes chooses can't be published before. */
function publishedPort({ nodePort }: Project): number | undefined {
  return nodePort === 0 ? undefined : nodePort;
}

/**
 * Turns on what the autoscaler measures with. In a cluster that `up` created it also measures often enough to show a load
 * soon; others' clusters stay as they are.
 */
export async function enableMetrics(project: Project, output: StepOutput): Promise<void> {
  await enable("metrics-server", hasMetricsServer, project, output);
  if (await isCreatedByUp(project)) await often(project.minikubeProfile);
}

/** Turns on what routes host names. */
export async function enableIngress(project: Project, output: StepOutput): Promise<void> {
  await enable("ingress", hasIngress, project, output);
}

/** Turns an addon of minikube on, where it is off. */
async function enable(
  addon: string,
  isOn: (profile: Profile) => boolean,
  project: Project,
  { say, title }: StepOutput,
): Promise<void> {
  const profile = project.minikubeProfile;
  const found = await findProfile(profile);
  if (found === undefined) throw new UserError(`The minikube cluster "${profile}" is gone.`);
  if (!isOn(found)) await work("minikube", ["addons", "enable", addon, "-p", profile], {}, say);
  title(`${addon} is on`);
}

async function often(profile: string): Promise<void> {
  const period = await metricsPeriod(profile);
  if (period !== undefined && period > goodPeriod) await measureOften(profile);
}
