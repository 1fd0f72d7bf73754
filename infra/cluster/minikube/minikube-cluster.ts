import { RunError } from "@pulumi/pulumi/errors.js";
import { canBuild, dockerOfMachine, dockerOfNode, type Docker } from "../docker-daemon.ts";
import {
  findProfile,
  findWrittenProfile,
  hasIngress,
  hasMetricsServer,
  isRunning,
  startCommand,
  type Profile,
} from "./minikube-profile.ts";
import { enforcement, enforcingCluster } from "../network-enforcement.ts";
import { unsupportedProfile } from "../supported-cluster.ts";
import type { Machines } from "../nodes/nodes.ts";
import { ingressReach, reach, type Machine, type Reach } from "./node-address.ts";
import { withPublishedPorts } from "./published-port.ts";

/** A running minikube cluster with metrics-server. */
export interface Minikube {
  /** Name of the profile, which is also the kubeconfig context. */
  readonly profile: string;
  /** Names of the nodes. The first is the control plane's. */
  readonly nodes: readonly [string, ...string[]];
  /**
   * The Docker daemon that builds images. The query for the daemon's address is minikube's slowest. Only the image
   * waits for the address, or gets an error of the query.
   */
  readonly docker: Docker;
  /** Whether `docker` is the single node's own. Otherwise the image has to be loaded into the nodes. */
  readonly buildsInNode: boolean;
  /** Whether the ingress addon is enabled. */
  readonly hasIngress: boolean;
  /** Returns the address at which this machine reaches a node port. */
  readonly reach: (nodePort: number) => Reach;
  /** Command without which this machine reaches no Ingress. @default this machine has a route to the node */
  readonly ingressTunnel?: string | undefined;
  /** Why NetworkPolicies may not be enforced, with the command that fixes the problem. */
  readonly policyProblem?: string;
}

/** Facts that are known before minikube is asked. */
export interface Hints {
  /** Whether Kubernetes has answered. If so, minikube isn't asked whether the cluster runs. @default it has not */
  readonly hasAnswered?: boolean | Promise<boolean>;
  /** Nodes and DaemonSets that Kubernetes lists. @default unknown */
  readonly machines?: Promise<Machines | undefined>;
  /** This machine's network. @default its real one */
  readonly machine?: Machine;
}

/**
 * Asks minikube about a profile.
 * @throws {RunError} the problem, and the one command that fixes it
 */
export async function findMinikube(
  profile: string,
  { hasAnswered = false, machines, machine }: Hints = {},
): Promise<Minikube> {
  const written = findWrittenProfile(profile);
  written.catch(() => undefined);
  const isUp = await hasAnswered;
  const known = isUp ? await written : await findProfile(profile);
  requireUsable(profile, known, isUp);
  const found = await withPublishedPorts(known);
  const buildsInNode = canBuild(found);
  const policies = enforcement(found, await machines);
  return {
    profile,
    nodes: nodeNames(found),
    // Starts last: all other results wait for the queries above, and only the image waits for this one.
    docker: buildsInNode ? dockerOfNode(profile) : await dockerOfMachine(),
    buildsInNode,
    hasIngress: hasIngress(found),
    reach: (nodePort) => reach(found, nodePort, machine),
    ingressTunnel: ingressReach(found, machine).tunnel,
    ...(policies.isSure ? {} : { policyProblem: `${policies.text}. ${enforcingCluster(found)}` }),
  };
}

function requireUsable(profile: string, found: Profile | undefined, isUp: boolean): asserts found is Profile {
  if (found === undefined) {
    throw new RunError(`There is no minikube cluster "${profile}". Run: ${startCommand(profile)}`);
  }
  const problem = unsupportedProfile(found);
  if (problem !== undefined) throw new RunError(problem);
  if (!isUp && !isRunning(found)) {
    throw new RunError(
      `The minikube cluster "${profile}" is not running (${found.Status}). Run: minikube start -p ${profile}`,
    );
  }
  if (!hasMetricsServer(found)) {
    throw new RunError(
      "The autoscaler needs metrics-server, which is disabled. " +
        `Run: minikube addons enable metrics-server -p ${profile}`,
    );
  }
}

/** Names as Kubernetes has them. */
function nodeNames({ Name, Config }: Profile): [string, ...string[]] {
  const [, ...others] = Config.Nodes;
  return [Name, ...others.map((node) => `${Name}-${node.Name ?? ""}`)];
}
