import {
  classesIn,
  classesQuery,
  classProblem,
  isServed,
  needsAddon,
} from "../../infra/cluster/ingress-classes.ts";
import {
  findProfile,
  hasIngress,
  hasMetricsServer,
  isRunning,
  startArguments,
  type Profile,
} from "../../infra/cluster/minikube/minikube-profile.ts";
import { unsupportedProfile } from "../../infra/cluster/supported-cluster.ts";
import { asAnotherUser } from "../checks/machine-checks.ts";
import { tryKubectl, kubectl } from "../kubernetes/kubectl.ts";
import {
  forgetCluster,
  isCreatedByUp,
  isBeingCreated,
  isHalfCreated,
  rememberCluster,
  rememberStart,
} from "./created-cluster.ts";
import { connectDirectly } from "./bypass-proxy.ts";
import {
  targetPeriodSeconds,
  setTargetPeriod,
  metricsPeriodSeconds,
} from "../kubernetes/metrics-resolution.ts";
import { withFreePorts } from "./cluster-port.ts";
import type { Project } from "../pulumi/project-settings.ts";
import { tryRun, runWithProgress } from "../process/child-process.ts";
import { UserError } from "../process/user-error.ts";
import type { StepOutput } from "../terminal/steps.ts";

/**
 * Creates a missing cluster, or starts a stopped one.
 * @throws {UserError} the error of minikube
 */
export async function startCluster(project: Project, { say, title }: StepOutput): Promise<void> {
  const profile = project.minikubeProfile;
  const found = await findProfile(profile);
  const problem = found && unsupportedProfile(found);
  if (problem !== undefined) throw new UserError(problem);
  if (found === undefined) {
    title(`minikube: creating the cluster "${profile}"`);
    await createCluster(project, say);
  } else if (isHalfCreated(project, found)) {
    // Repeat the original arguments: without them, minikube might omit a port that was in use, or change the network.
    title(`minikube: completing the cluster "${profile}", which an earlier \`up\` did not finish`);
    await createCluster(project, say);
  } else if (!isRunning(found)) {
    title(`minikube: starting the cluster "${profile}"`);
    await withFreePorts(() => runWithProgress("minikube", ["start", "-p", profile], {}, say), project, found);
  }
  // The cluster's address is known only after its start.
  connectDirectly(project);
  if (isBeingCreated(project)) await untilNetworkRuns(project, { say, title });
  await rememberCluster(project);
  title(`minikube: "${profile}" runs`);
}

async function createCluster(project: Project, say: StepOutput["say"]): Promise<void> {
  const profile = project.minikubeProfile;
  if ((await plannedDriver()) === "none") throw new UserError(unsupportedDriver);
  const start = async () => {
    rememberStart(project);
    await runWithProgress("minikube", startArguments(profile, project.nodePort), {}, say);
  };
  try {
    await withFreePorts(start, project);
  } catch (error) {
    if ((await findProfile(profile)) === undefined) forgetCluster(project);
    // minikube checks the user before it creates anything. Its own hint is the driver none, which is not supported.
    if ((error as Error).message.includes("DRV_AS_ROOT"))
      throw new UserError(asAnotherUser, { cause: error });
    throw error;
  }
}

const unsupportedDriver =
  "minikube would use the driver none, which is not supported. " +
  "Run: unset MINIKUBE_DRIVER; minikube config set driver docker";

/** The driver from minikube's environment or configuration. Undefined if minikube chooses the driver. */
async function plannedDriver(): Promise<string | undefined> {
  const { MINIKUBE_DRIVER = "" } = process.env;
  if (MINIKUBE_DRIVER !== "") return MINIKUBE_DRIVER;
  // Fails if the key is not set.
  const answer = await tryRun("minikube", ["config", "get", "driver"]);
  return answer.kind === "ok" ? answer.stdout.trim() : undefined;
}

/**
 * Waits until Calico runs on every node. minikube does not wait, and earlier pods would run without network policies.
 * @throws {UserError} Calico does not start
 */
async function untilNetworkRuns({ minikubeProfile }: Project, { say, title }: StepOutput): Promise<void> {
  title("minikube: waiting for Calico, which enforces the network policies");
  const wait = ["rollout", "status", "daemonset/calico-node", "--namespace", "kube-system", "--timeout=10m"];
  const { program, args } = kubectl(minikubeProfile, wait);
  await runWithProgress(program, args, {}, say);
}

/**
 * Enables metrics-server for the autoscaler. In a cluster that `up` created, also shortens the measurement interval.
 * Other clusters keep their interval.
 */
export async function enableMetrics(project: Project, output: StepOutput): Promise<void> {
  await enable("metrics-server", hasMetricsServer, project, output);
  if (await isCreatedByUp(project)) await shortenMetricsPeriod(project.minikubeProfile);
}

/**
 * Enables minikube's ingress addon, unless the cluster has another controller for the stack's IngressClass.
 * @throws {UserError} the configured IngressClass does not exist, and the addon does not create it
 */
export async function enableIngress(project: Project, output: StepOutput): Promise<void> {
  const className = project.ingressClass === "" ? undefined : project.ingressClass;
  const answer = await tryKubectl(project.minikubeProfile, classesQuery);
  const classes = answer.kind === "ok" ? classesIn(answer.stdout) : [];
  if (isServed(className, classes)) {
    output.title(`the IngressClass is ${className ?? "the cluster's default"}`);
    return;
  }
  if (answer.kind === "ok" && !needsAddon(className, classes)) {
    throw new UserError(classProblem(className, classes) ?? "");
  }
  await enable("ingress", hasIngress, project, output);
}

/** Enables an addon of minikube, unless it is enabled. */
async function enable(
  addon: string,
  isOn: (profile: Profile) => boolean,
  project: Project,
  { say, title }: StepOutput,
): Promise<void> {
  const profile = project.minikubeProfile;
  const found = await findProfile(profile);
  if (found === undefined) throw new UserError(`The minikube cluster "${profile}" is gone. Run: npm run up`);
  if (!isOn(found)) await runWithProgress("minikube", ["addons", "enable", addon, "-p", profile], {}, say);
  title(`${addon} is on`);
}

async function shortenMetricsPeriod(profile: string): Promise<void> {
  const period = await metricsPeriodSeconds(profile);
  if (period !== undefined && period > targetPeriodSeconds) await setTargetPeriod(profile);
}
