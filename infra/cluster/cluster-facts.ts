import { RunError } from "@pulumi/pulumi/errors.js";
import { findClusterUid } from "./cluster-uid.ts";
import { dockerOfMachine, type Docker } from "./docker-daemon.ts";
import { findMinikube, type Minikube } from "./minikube-cluster.ts";
import { missingCredentialHelper } from "./docker-credentials.ts";
import { unsupportedNodes } from "./supported-cluster.ts";
import type { Reach } from "./node-address.ts";
import { findOtherStacks, type OtherStacks } from "../platform/other-stacks.ts";
import { findNodes, type NodeFacts } from "./nodes.ts";
import type { Settings } from "../settings/stack-settings.ts";
import { urlHost } from "./url-host.ts";

/** The cluster as it is before anything is made in it. */
export interface Site {
  /** The kubeconfig's context. @default the current one */
  readonly context: string | undefined;
  /** The cluster's identity, or undefined where kubectl can't say. */
  readonly uid: string | undefined;
  /** The Docker daemon that builds the image. */
  readonly docker: Docker;
  /** What minikube says of itself, where it is one. Nobody else has such a cluster, and it is for one user. */
  readonly minikube?: Minikube;
  /** The nodes that take pods, or undefined where nobody can say. */
  readonly nodes: readonly NodeFacts[] | undefined;
  /** What other stacks have in the cluster, or undefined where kubectl can't say. */
  readonly otherStacks: OtherStacks | undefined;
  /** Whether there is a node more where pods may go when one is away. */
  readonly hasSeveralNodes: boolean;
  /** Where a port of the node is reached from this machine. */
  readonly reach: (nodePort: number) => Reach;
  /** Command that gives load balancers their addresses. @default they get them by themselves */
  readonly tunnel?: string;
}

/**
 * Asks minikube, or the cluster of the kubeconfig.
 * @throws {RunError} what is missing, and the one command that fixes it
 */
export async function findSite(settings: Pick<Settings, "cluster" | "expose" | "registry">): Promise<Site> {
  const site =
    settings.cluster.kind === "minikube"
      ? await ofMinikube(settings.cluster.profile, settings)
      : await ofKubeconfig(settings.cluster.context);
  const problem = unsupportedNodes(site.nodes) ?? missingCredentialHelper(settings.registry?.repository);
  if (problem !== undefined) throw new RunError(problem);
  return site;
}

async function ofMinikube(
  profile: string,
  { expose, registry }: Pick<Settings, "expose" | "registry">,
): Promise<Site> {
  const identity = findClusterUid(profile);
  const hasAnswered = identity.then((uid) => uid !== undefined);
  const [minikube, nodes, otherStacks, uid] = await Promise.all([
    findMinikube(profile, { hasAnswered }),
    findNodes(profile),
    findOtherStacks(profile),
    identity,
  ]);
  if (expose.kind === "ingress" && !minikube.hasIngress) {
    throw new RunError(
      `The Ingress needs minikube's controller, which is off. Run: minikube addons enable ingress -p ${profile}`,
    );
  }
  return {
    context: profile,
    uid,
    minikube,
    // This machine's Docker has its logins, and a host that all nodes reach under the same name.
    docker: registry === undefined ? minikube.docker : await dockerOfMachine(),
    nodes,
    otherStacks,
    hasSeveralNodes: minikube.nodes.length > 1,
    reach: minikube.reach,
    tunnel: `minikube tunnel -p ${profile}`,
  };
}

async function ofKubeconfig(context: string | undefined): Promise<Site> {
  const [docker, nodes, otherStacks, uid] = await Promise.all([
    dockerOfMachine(),
    findNodes(context),
    findOtherStacks(context),
    findClusterUid(context),
  ]);
  return {
    context,
    uid,
    docker,
    nodes,
    otherStacks,
    // If the node count is unknown, assume several.
    hasSeveralNodes: nodes?.length !== 1,
    reach: (nodePort) => reachNode(nodes, nodePort),
  };
}

function reachNode(nodes: readonly NodeFacts[] | undefined, nodePort: number): Reach {
  const address = nodes?.[0]?.address;
  if (address !== undefined) return { address: `${urlHost(address)}:${nodePort}` };
  return {
    address: `NODE:${nodePort}`,
    fault: `The service answers at port ${nodePort} of every node: \`kubectl get nodes --output wide\` shows their addresses.`,
  };
}
