import { RunError } from "@pulumi/pulumi/errors.js";
import { findClusterUid, requireClusterUid } from "./cluster-uid.ts";
import { dockerOfMachine, type Docker } from "./docker-daemon.ts";
import { imageArchitecture, type Architecture } from "./nodes/image-architecture.ts";
import { classProblem, findIngressClasses, requireController } from "./ingress-classes.ts";
import { findMetricsProblem } from "./metrics-api.ts";
import { findMinikube, type Minikube } from "./minikube/minikube-cluster.ts";
import { missingCredentialHelper } from "./docker-credentials.ts";
import { unsupportedNodes } from "./supported-cluster.ts";
import type { Reach } from "./minikube/node-address.ts";
import { findOtherStacks, type OtherStacks } from "../platform/other-stacks.ts";
import { policyProblemOf } from "./network-enforcement.ts";
import { findMachines, type NodeFacts } from "./nodes/nodes.ts";
import type { Expose } from "../settings/expose-settings.ts";
import type { Settings } from "../settings/stack-settings.ts";
import { urlHost } from "./url-host.ts";

/** The cluster, before the program creates anything in it. */
export interface Site {
  /** Kubeconfig context. @default the current one */
  readonly context: string | undefined;
  /** The cluster's identity. Undefined if kubectl can't read it. */
  readonly uid: string | undefined;
  /** The Docker daemon that builds the image. */
  readonly docker: Docker;
  /** Facts about the minikube cluster. Undefined for any other cluster. A minikube cluster has one user. */
  readonly minikube?: Minikube;
  /** Nodes for pods, including temporarily unavailable ones. Undefined if kubectl can't list them. */
  readonly nodes: readonly NodeFacts[] | undefined;
  /** Architecture that the image is built for. Undefined if unknown: then the image is for this machine's. */
  readonly architecture: Architecture | undefined;
  /** Namespaces and objects of all stacks in the cluster. Undefined if kubectl can't list them. */
  readonly otherStacks: OtherStacks | undefined;
  /**
   * Whether a pod may move to another node when its own is unavailable. False only for a minikube cluster of one
   * node. In other clusters the number of nodes changes by the hour, and such a change must not replace pods.
   */
  readonly hasSeveralNodes: boolean;
  /** Returns the address at which this machine reaches a node port. */
  readonly reach: (nodePort: number) => Reach;
  /** Command that assigns addresses to load balancers. @default the cluster assigns them itself */
  readonly tunnel?: string;
  /** Why NetworkPolicies may not be enforced, with the command that fixes the problem. */
  readonly policyProblem?: string | undefined;
  /** Other problems that `up` warns of, each with the command that fixes the problem. */
  readonly problems: readonly string[];
}

type SiteSettings = Pick<Settings, "cluster" | "expose" | "registry" | "platform">;

/**
 * Asks minikube, or the kubeconfig's cluster.
 * @throws {RunError} the problem, and the one command that fixes it
 */
export async function findSite(settings: SiteSettings): Promise<Site> {
  const site =
    settings.cluster.kind === "minikube"
      ? await ofMinikube(settings.cluster.profile, settings)
      : await ofKubeconfig(settings.cluster.context, settings);
  const problem = unsupportedNodes(site.nodes) ?? missingCredentialHelper(settings.registry?.repository);
  if (problem !== undefined) throw new RunError(problem);
  return site;
}

async function ofMinikube(profile: string, settings: SiteSettings): Promise<Site> {
  const { expose, registry, platform } = settings;
  const identity = findClusterUid(profile);
  const hasAnswered = identity.then((uid) => uid !== undefined);
  const machines = findMachines(profile);
  // An error of minikube, such as a stopped cluster, takes precedence over this one.
  machines.catch(() => undefined);
  const [minikube, otherStacks, classes] = await Promise.all([
    findMinikube(profile, { hasAnswered, machines }),
    findOtherStacks(profile),
    classesFor(expose, profile),
  ]);
  if (expose.kind === "ingress") {
    requireController(expose.className, classes, { profile, hasAddon: minikube.hasIngress });
  }
  const nodes = (await machines)?.nodes;
  const { architecture, problem } = imageArchitecture(platform, nodes);
  return {
    context: profile,
    // A busy cluster may not answer the first, short query in time: ask again.
    uid: (await identity) ?? (await requireClusterUid(profile)),
    minikube,
    // This machine's Docker has the registry's login, and reaches the registry under the same name as all nodes.
    docker: registry === undefined ? minikube.docker : await dockerOfMachine(),
    nodes,
    architecture,
    otherStacks,
    hasSeveralNodes: minikube.nodes.length > 1,
    reach: minikube.reach,
    tunnel: `minikube tunnel -p ${profile}`,
    policyProblem: minikube.policyProblem,
    problems: [problem, expose.kind === "ingress" ? tunnelHint(minikube) : undefined].filter(
      (text) => text !== undefined,
    ),
  };
}

function tunnelHint({ ingressTunnel }: Minikube): string | undefined {
  if (ingressTunnel === undefined) return undefined;
  return `This machine has no route to the node. To reach the Ingress, run in another terminal: ${ingressTunnel}`;
}

async function ofKubeconfig(context: string | undefined, { expose, platform }: SiteSettings): Promise<Site> {
  const [docker, machines, otherStacks, uid, metricsProblem, classes] = await Promise.all([
    dockerOfMachine(),
    findMachines(context),
    findOtherStacks(context),
    requireClusterUid(context),
    findMetricsProblem(context),
    classesFor(expose, context),
  ]);
  const nodes = machines?.nodes;
  const { architecture, problem } = imageArchitecture(platform, nodes);
  return {
    context,
    uid,
    docker,
    nodes,
    architecture,
    otherStacks,
    hasSeveralNodes: true,
    reach: (nodePort) => reachNode(nodes, nodePort),
    policyProblem: policyProblemOf(machines),
    problems: [problem, metricsProblem, ingressProblem(expose, classes)].filter((text) => text !== undefined),
  };
}

async function classesFor(expose: Expose, context: string | undefined) {
  return expose.kind === "ingress" ? await findIngressClasses(context) : undefined;
}

/** Some controllers, such as GKE's own, have no class. Without any class, there is nothing to check. */
function ingressProblem(
  expose: Expose,
  classes: Awaited<ReturnType<typeof classesFor>> = [],
): string | undefined {
  return expose.kind !== "ingress" || classes.length === 0
    ? undefined
    : classProblem(expose.className, classes);
}

function reachNode(nodes: readonly NodeFacts[] | undefined, nodePort: number): Reach {
  const address = nodes?.[0]?.address;
  if (address !== undefined) return { address: `${urlHost(address)}:${nodePort}` };
  return {
    address: `NODE:${nodePort}`,
    problem:
      "The URL has NODE instead of an address, because kubectl can't list the nodes. " +
      `The service answers at port ${nodePort} of every node. Run: kubectl get nodes --output wide`,
  };
}
