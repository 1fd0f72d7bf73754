import { requireAnswer } from "../kubectl-query.ts";
import { policyEnforcer, type DaemonSet } from "./policy-enforcers.ts";
import { cpuOf, memoryOf } from "./quantity.ts";

/** What the program needs to know of a node. */
export interface NodeFacts {
  readonly name: string;
  /** What an address of it is from outside, or at least from inside. */
  readonly address: string | undefined;
  /** As Docker names it. */
  readonly architecture: string;
  /** What its pods may use together: CPU in thousandths, memory in bytes. */
  readonly cpu: number;
  readonly memory: number;
  /** Version of its kubelet, such as "v1.34.4". The API server is as new, or newer. */
  readonly kubelet?: string;
}

/** The cluster's machines, and what runs on each of them. */
export interface Machines {
  /**
   * Every node that is for pods as ours. A node that is cordoned or not ready counts, and comes after the others: it is
   * back soon, and what is deployed must not depend on it.
   */
  readonly nodes: readonly NodeFacts[];
  /**
   * What enforces NetworkPolicies, as messages call it. Null where nothing that is known to does, undefined where kubectl
   * may not list DaemonSets.
   */
  readonly policyEnforcer: string | null | undefined;
}

/** The parts of a Node that are needed here. */
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

/** Taints that Kubernetes, autoscalers and network plugins set for a while. */
const momentary =
  /^node\.kubernetes\.io\/|^node\.cloudprovider\.kubernetes\.io\/|^ToBeDeletedByClusterAutoscaler$|^karpenter\.sh\/|not-ready$/;

/**
 * Asks for nodes and DaemonSets at once. Undefined where kubectl can't say.
 * @param context the kubeconfig's current one where it is undefined
 * @throws {RunError} the cluster did not answer, and the command that shows why
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
      nodes: all.filter(isForPods).sort(byTurn).map(facts),
      policyEnforcer: policyEnforcer(daemonSets, kubeletVersions) ?? none,
    };
  });
}

/** Architectures that its nodes have, each once, in the order of the alphabet. */
export function architectures(nodes: readonly NodeFacts[]): string[] {
  return [...new Set(nodes.map(({ architecture }) => architecture))].sort();
}

const repelling = ({ spec }: KubernetesNode) =>
  (spec.taints ?? []).filter(({ effect }) => effect !== "PreferNoSchedule");

function isForPods(node: KubernetesNode): boolean {
  return repelling(node).every(({ key = "" }) => momentary.test(key));
}

function byTurn(one: KubernetesNode, other: KubernetesNode): number {
  const isAway = (node: KubernetesNode) =>
    Number(node.spec.unschedulable === true || repelling(node).length > 0);
  return isAway(one) - isAway(other) || one.metadata.name.localeCompare(other.metadata.name);
}

function facts({ metadata, status }: KubernetesNode): NodeFacts {
  const { addresses = [], allocatable = {}, nodeInfo } = status;
  const address = (type: string) => addresses.find((found) => found.type === type)?.address;
  return {
    name: metadata.name,
    address: address("ExternalIP") ?? address("InternalIP"),
    architecture: nodeInfo?.architecture ?? "amd64",
    cpu: cpuOf(allocatable.cpu ?? "0"),
    memory: memoryOf(allocatable.memory ?? "0"),
    ...(nodeInfo?.kubeletVersion === undefined ? {} : { kubelet: nodeInfo.kubeletVersion }),
  };
}
