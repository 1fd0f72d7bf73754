import { RunError } from "@pulumi/pulumi/errors.js";
import { findClusterUid, requireClusterUid } from "./cluster-uid.ts";
import { dockerOfMachine, type Docker } from "./docker-daemon.ts";
import { imageArchitecture, type Architecture } from "./nodes/image-architecture.ts";
import { classFault, findIngressClasses, requireController } from "./ingress-classes.ts";
import { findMetricsFault } from "./metrics-api.ts";
import { findMinikube, type Minikube } from "./minikube/minikube-cluster.ts";
import { missingCredentialHelper } from "./docker-credentials.ts";
import { unsupportedNodes } from "./supported-cluster.ts";
import type { Reach } from "./minikube/node-address.ts";
import { findOtherStacks, type OtherStacks } from "../platform/other-stacks.ts";
import { policyFaultOf } from "./network-enforcement.ts";
import { findMachines, type NodeFacts } from "./nodes/nodes.ts";
import type { Expose } from "../settings/expose-settings.ts";
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
  /** The nodes for pods, those included that are away for a moment. Undefined where nobody can say. */
  readonly nodes: readonly NodeFacts[] | undefined;
  /** What the image is built for. Undefined where nobody can say: then it is the Docker daemon's own. */
  readonly architecture: Architecture | undefined;
  /** What other stacks have in the cluster, or undefined where kubectl can't say. */
  readonly otherStacks: OtherStacks | undefined;
  /**
   * Whether pods may go to another node when theirs is away: in every cluster but a minikube of one node. The number of
   * another cluster's nodes changes by the hour, and pods must not be replaced for that.
   */
  readonly hasSeveralNodes: boolean;
  /** Where a port of the node is reached from this machine. */
  readonly reach: (nodePort: number) => Reach;
  /** Command that gives load balancers their addresses. @default they get them by themselves */
  readonly tunnel?: string;
  /** Why nobody may rely on NetworkPolicies, and the command that fixes it. */
  readonly policyFault?: string | undefined;
  /** What else `up` warns of, each with the command that fixes it. */
  readonly faults: readonly string[];
}

type SiteSettings = Pick<Settings, "cluster" | "expose" | "registry" | "platform">;

/**
 * Asks minikube, or the cluster of the kubeconfig.
 * @throws {RunError} what is missing, and the one command that fixes it
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
  // What minikube says of a cluster that is stopped comes first.
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
  const { architecture, fault } = imageArchitecture(platform, nodes);
  return {
    context: profile,
    // A busy cluster that has not answered at once is asked again.
    uid: (await identity) ?? (await requireClusterUid(profile)),
    minikube,
    // This machine's Docker has its logins, and a host that all nodes reach under the same name.
    docker: registry === undefined ? minikube.docker : await dockerOfMachine(),
    nodes,
    architecture,
    otherStacks,
    hasSeveralNodes: minikube.nodes.length > 1,
    reach: minikube.reach,
    tunnel: `minikube tunnel -p ${profile}`,
    policyFault: minikube.policyFault,
    faults: [fault, expose.kind === "ingress" ? tunnelHint(minikube) : undefined].filter(
      (text) => text !== undefined,
    ),
  };
}

function tunnelHint({ ingressTunnel }: Minikube): string | undefined {
  if (ingressTunnel === undefined) return undefined;
  return `This machine has no route to the node. For the Ingress run, in a terminal of its own: ${ingressTunnel}`;
}

async function ofKubeconfig(context: string | undefined, { expose, platform }: SiteSettings): Promise<Site> {
  const [docker, machines, otherStacks, uid, metricsFault, classes] = await Promise.all([
    dockerOfMachine(),
    findMachines(context),
    findOtherStacks(context),
    requireClusterUid(context),
    findMetricsFault(context),
    classesFor(expose, context),
  ]);
  const nodes = machines?.nodes;
  const { architecture, fault } = imageArchitecture(platform, nodes);
  return {
    context,
    uid,
    docker,
    nodes,
    architecture,
    otherStacks,
    hasSeveralNodes: true,
    reach: (nodePort) => reachNode(nodes, nodePort),
    policyFault: policyFaultOf(machines),
    faults: [fault, metricsFault, ingressFault(expose, classes)].filter((text) => text !== undefined),
  };
}

async function classesFor(expose: Expose, context: string | undefined) {
  return expose.kind === "ingress" ? await findIngressClasses(context) : undefined;
}

/** Some controllers, such as GKE's own, have no class: of them nothing is known. */
function ingressFault(
  expose: Expose,
  classes: Awaited<ReturnType<typeof classesFor>> = [],
): string | undefined {
  return expose.kind !== "ingress" || classes.length === 0
    ? undefined
    : classFault(expose.className, classes);
}

function reachNode(nodes: readonly NodeFacts[] | undefined, nodePort: number): Reach {
  const address = nodes?.[0]?.address;
  if (address !== undefined) return { address: `${urlHost(address)}:${nodePort}` };
  return {
    address: `NODE:${nodePort}`,
    fault: `The service answers at port ${nodePort} of every node: \`kubectl get nodes --output wide\` shows their addresses.`,
  };
}
