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
  /** Name of the profile, which is the kubeconfig's context, too. */
  readonly profile: string;
  /** Names of the nodes; the first is the control plane's. */
  readonly nodes: readonly [string, ...string[]];
  /**
   * The Docker daemon that builds images. minikube takes longer to say where it is than all the rest: only the image
   * waits for it, or has its error.
   */
  readonly docker: Docker;
  /** Whether that is the only node's own Docker. What another builds has to be loaded into the nodes. */
  readonly buildsInNode: boolean;
  /** Whether its ingress controller is on. */
  readonly hasIngress: boolean;
  /** Where a port of the node is reached from this machine. */
  readonly reach: (nodePort: number) => Reach;
  /** Command without which this machine reaches no Ingress. @default it has a route to the node */
  readonly ingressTunnel?: string | undefined;
  /** Why nobody may rely on NetworkPolicies, and the command that fixes it. */
  readonly policyFault?: string;
}

/** What else is known when minikube is asked. */
export interface Hints {
  /** Whether Kubernetes has answered, so that minikube need not look whether it runs. @default it has not */
  readonly hasAnswered?: boolean | Promise<boolean>;
  /** What Kubernetes says of its nodes and DaemonSets. @default nothing */
  readonly machines?: Promise<Machines | undefined>;
  /** @default this machine */
  readonly machine?: Machine;
}

/**
 * Asks minikube about a profile.
 * @throws {RunError} what is missing, and the one command that fixes it
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
    // Not before: all else waits for what was asked above, and only the image for this.
    docker: buildsInNode ? dockerOfNode(profile) : await dockerOfMachine(),
    buildsInNode,
    hasIngress: hasIngress(found),
    reach: (nodePort) => reach(found, nodePort, machine),
    ingressTunnel: ingressReach(found, machine).meanwhile,
    ...(policies.isSure ? {} : { policyFault: `${policies.text}. ${enforcingCluster(found)}` }),
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
      "The autoscaler needs metrics-server, which is off. " +
        `Run: minikube addons enable metrics-server -p ${profile}`,
    );
  }
}

/** As Kubernetes has them. */
function nodeNames({ Name, Config }: Profile): [string, ...string[]] {
  const [, ...others] = Config.Nodes;
  return [Name, ...others.map((node) => `${Name}-${node.Name ?? ""}`)];
}
