import { requireAnswer } from "../kubectl-query.ts";
import { policyEnforcer, type DaemonSet } from "./policy-enforcers.ts";
import { bytesOf, milliCpuOf } from "./quantity.ts";

/** The facts about a node that the program needs. */
export interface NodeFacts {
  readonly name: string;
  /** The external address, or the internal one if there is none. */
  readonly address: string | undefined;
  /** By Docker's name. */
  readonly architecture: string;
  /** Resources for the node's pods. */
  readonly milliCpu: number;
  readonly memoryBytes: number;
  /** Version of the kubelet, such as "v1.34.4". The API server's version is the same or newer. */
  readonly kubelet?: string;
}

/** The cluster's nodes, and the network plugin that runs on them. */
export interface Machines {
  /**
   * Every node that can take this stack's pods. Nodes that are cordoned or not ready count, too, but come last.
   * Such a state is temporary, and resources must not depend on it.
   */
  readonly nodes: readonly NodeFacts[];
  /**
   * Name of the plugin that enforces NetworkPolicies, for messages. Null if no known plugin does. Undefined if
   * kubectl may not list DaemonSets.
   */
  readonly policyEnforcer: string | null | undefined;
}

/** The parts of a Node that this program reads. */
interface KubernetesNode {
  readonly kind: "Node";
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key?: string; readonly effect: string }[];
  };
  readonly status: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly allocatable?: { readonly cpu?: string; readonly memory?: string };
    readonly nodeInfo?: { readonly architecture: string; readonly kubeletVersion?: string };
  };
}

/** Taints that Kubernetes, autoscalers and network plugins set temporarily. */
const temporaryTaints =
  /^node\.kubernetes\.io\/|^node\.cloudprovider\.kubernetes\.io\/|^ToBeDeletedByClusterAutoscaler$|^karpenter\.sh\/|not-ready$/;

/**
 * Lists nodes and DaemonSets in one query. Returns undefined if kubectl can't list them.
 * @param context kubeconfig context; undefined means the current one
 * @throws {RunError} the cluster did not answer: shows the command that says why
 */
export async function findMachines(context: string | undefined): Promise<Machines | undefined> {
  const query = ["get", "nodes,daemonsets.apps", "--all-namespaces", "--output", "json"];
  return await requireAnswer(context, query, (output) => {
    const { items } = JSON.parse(output) as { items: (KubernetesNode | DaemonSet)[] };
    const all = items.filter((item) => item.kind === "Node");
    if (all.length === 0) throw new Error("no node");
    const daemonSets = items.filter((item) => item.kind === "DaemonSet");
    const kubeletVersions = all.map(({ status }) => status.nodeInfo?.kubeletVersion ?? "");
    const none = daemonSets.length === 0 ? undefined : null;
    return {
      nodes: all.filter(isForPods).sort(byAvailability).map(facts),
      policyEnforcer: policyEnforcer(daemonSets, kubeletVersions) ?? none,
    };
  });
}

/** The nodes' architectures without duplicates, sorted. */
export function architectures(nodes: readonly NodeFacts[]): string[] {
  return [...new Set(nodes.map(({ architecture }) => architecture))].sort();
}

const blockingTaints = ({ spec }: KubernetesNode) =>
  (spec.taints ?? []).filter(({ effect }) => effect !== "PreferNoSchedule");

function isForPods(node: KubernetesNode): boolean {
  return blockingTaints(node).every(({ key = "" }) => temporaryTaints.test(key));
}

function byAvailability(one: KubernetesNode, other: KubernetesNode): number {
  const isUnavailable = (node: KubernetesNode) =>
    Number(node.spec.unschedulable === true || blockingTaints(node).length > 0);
  return isUnavailable(one) - isUnavailable(other) || one.metadata.name.localeCompare(other.metadata.name);
}

function facts({ metadata, status }: KubernetesNode): NodeFacts {
  const { addresses = [], allocatable = {}, nodeInfo } = status;
  const address = (type: string) => addresses.find((found) => found.type === type)?.address;
  return {
    name: metadata.name,
    address: address("ExternalIP") ?? address("InternalIP"),
    architecture: nodeInfo?.architecture ?? "amd64",
    milliCpu: milliCpuOf(allocatable.cpu ?? "0"),
    memoryBytes: bytesOf(allocatable.memory ?? "0"),
    ...(nodeInfo?.kubeletVersion === undefined ? {} : { kubelet: nodeInfo.kubeletVersion }),
  };
}
