import {
  findProfile,
  hasMetricsServer,
  isRunning,
  plannedNodePort,
  startCommand,
  type Profile,
} from "../../infra/cluster/minikube/minikube-profile.ts";
import { enforcement, enforcingCluster } from "../../infra/cluster/network-enforcement.ts";
import { findMachines } from "../../infra/cluster/nodes/nodes.ts";
import { unsupportedProfile } from "../../infra/cluster/supported-cluster.ts";
import { reach, type Machine } from "../../infra/cluster/minikube/node-address.ts";
import { withPublishedPorts } from "../../infra/cluster/minikube/published-port.ts";
import { defaultTimeoutMs } from "../process/child-process.ts";
import { findTakenPort } from "../minikube/cluster-port.ts";
import type { Project } from "../pulumi/project-settings.ts";
import { queryUrl, type Place } from "../status/query-status.ts";
import type { Check, Finding } from "./check.ts";

/** The cluster's profile, undefined if there is none, or the error of minikube. */
export type Known = Profile | undefined | Error;

/** Finds the cluster's profile. Never throws. */
export async function findKnownCluster(profile: string): Promise<Known> {
  try {
    const found = await findProfile(profile, defaultTimeoutMs);
    return found && (await withPublishedPorts(found, defaultTimeoutMs));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/**
 * The checks that apply to this cluster.
 * @param findDeployed finds the stack, if it is deployed
 */
export function clusterChecks(
  project: Project,
  known: Known,
  findDeployed: () => Promise<Place | undefined>,
): Check[] {
  const cluster = { name: "cluster", run: () => state(project.minikubeProfile, known) };
  if (known instanceof Error) return [cluster];
  if (known === undefined) return [cluster, { name: "port", run: () => port(project) }];
  return [
    cluster,
    { name: "network policies", run: () => networkPolicies(known) },
    { name: "metrics-server", run: () => metricsServer(known) },
    {
      name: "the URL",
      run: async () => await url(known, project, isRunning(known) ? await findDeployed() : undefined),
    },
  ];
}

function state(profile: string, known: Known): Finding {
  if (known instanceof Error) return { state: "warn", found: "unknown", fix: known.message };
  if (known === undefined) {
    return {
      state: "warn",
      found: `no minikube cluster "${profile}"`,
      fix: `\`npm run up\` creates the cluster; by hand: ${startCommand(profile)}`,
    };
  }
  const { Driver, KubernetesConfig, Nodes } = known.Config;
  const { ContainerRuntime, KubernetesVersion } = KubernetesConfig;
  const found =
    `"${profile}" ${known.Status}, driver ${Driver}, runtime ${ContainerRuntime}, ` +
    `${Nodes.length} ${Nodes.length === 1 ? "node" : "nodes"}` +
    (KubernetesVersion === undefined ? "" : `, Kubernetes ${KubernetesVersion}`);
  const unsupported = unsupportedProfile(known);
  if (unsupported !== undefined) return { state: "missing", found, fix: unsupported };
  if (isRunning(known)) return { state: "ok", found };
  return {
    state: "warn",
    found,
    fix: `\`npm run up\` starts the cluster; by hand: minikube start -p ${profile}`,
  };
}

async function networkPolicies(found: Profile): Promise<Finding> {
  // A stopped cluster can't answer.
  const machines = await findMachines(found.Name).catch(() => undefined);
  const { isSure, text } = enforcement(found, machines);
  return isSure ? { state: "ok", found: text } : { state: "warn", found: text, fix: enforcingCluster(found) };
}

function metricsServer(found: Profile): Finding {
  if (hasMetricsServer(found)) return { state: "ok", found: "on" };
  return {
    state: "warn",
    found: "off: the autoscaler has no CPU measurements",
    fix: `\`npm run up\` enables metrics-server; by hand: minikube addons enable metrics-server -p ${found.Name}`,
  };
}

/** Whether `up` can publish the node port on this machine. */
async function port(project: Project): Promise<Finding> {
  const taken = await findTakenPort(project);
  if (taken === undefined) return { state: "ok", found: `${plannedNodePort(project.nodePort)} is free` };
  return { state: "missing", found: `${taken.port} is in use on this machine`, fix: taken.fix };
}

/**
 * Whether a browser on this machine reaches the service.
 * @param deployed the stack to send a request to, at the address that `up`, `status` and `load` use
 */
export async function url(
  found: Profile,
  project: Pick<Project, "expose" | "nodePort">,
  deployed?: Pick<Place, "url" | "address">,
  machine?: Machine,
): Promise<Finding> {
  const planned = plannedUrl(found, project, machine);
  if (deployed === undefined) return planned;
  const { address, ok, fault } = await queryUrl(deployed);
  if (ok) return { state: "ok", found: `${address} answers` };
  return {
    state: "warn",
    found: `${address} is unavailable: ${fault ?? "no answer"}`,
    fix: planned.state === "ok" ? whySilent(address, planned.found) : planned.fix,
  };
}

/** A cluster that was deleted and created again publishes other ports. */
function whySilent(address: string, planned: string): string {
  const hasMoved = planned.startsWith("http") && planned !== address;
  return hasMoved ? `The URL is ${planned} now. Run: npm run up` : "To see why, run: npm run status";
}

function plannedUrl(
  found: Profile,
  { expose, nodePort }: Pick<Project, "expose" | "nodePort">,
  machine?: Machine,
): Finding {
  if (expose === "ingress") return { state: "ok", found: "the host name of the configuration" };
  if (expose !== "nodePort") return { state: "ok", found: `the address that a ${expose} gets` };
  const { address, problem } = reach(found, nodePort, machine);
  if (problem === undefined) {
    return { state: "ok", found: nodePort === 0 ? "at a port that Kubernetes chooses" : `http://${address}` };
  }
  const choose =
    "minikube publishes a port only when it creates the cluster. First, run: pulumi config set nodePort 30080";
  return { state: "warn", found: "unreachable from this machine", fix: nodePort === 0 ? choose : problem };
}
