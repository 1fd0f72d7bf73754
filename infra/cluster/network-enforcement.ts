import { startCommand, type Profile } from "./minikube/minikube-profile.ts";
import type { Machines } from "./nodes/nodes.ts";

/** Whether NetworkPolicies are enforced. */
export interface Enforcement {
  readonly isSure: boolean;
  /** The enforcing plugin, or the reason why enforcement is not certain. */
  readonly text: string;
}

/** Networks that enforce NetworkPolicies, and networks that ignore them. */
const enforcing = ["calico", "cilium", "kube-router"];
const ignoring = ["", "auto", "bridge", "false", "flannel"];

/**
 * Decides by the cluster's DaemonSets. If kubectl can't list them, decides by minikube's profile, which doesn't
 * contain plugins that were installed later.
 */
export function enforcement({ Config }: Profile, machines: Machines | undefined): Enforcement {
  const { CNI = "" } = Config.KubernetesConfig;
  const enforcer = machines?.policyEnforcer;
  if (typeof enforcer === "string") return enforcedBy(enforcer);
  if (enforcer === undefined && enforcing.includes(CNI)) return enforcedBy(CNI);
  if (ignoring.includes(CNI)) {
    const network = ["", "auto"].includes(CNI) ? "minikube's default network" : `minikube with --cni=${CNI}`;
    return { isSure: false, text: `${network} does not enforce NetworkPolicies` };
  }
  const text =
    CNI === "kindnet"
      ? "kindnet enforces NetworkPolicies in newer versions only"
      : enforcer === undefined
        ? `minikube's profile does not show whether ${CNI} enforces NetworkPolicies`
        : nothingEnforces;
  return { isSure: false, text };
}

function enforcedBy(name: string): Enforcement {
  return { isSure: true, text: `NetworkPolicies are enforced by ${name}` };
}

const nothingEnforces = "No DaemonSet of the cluster is known to enforce NetworkPolicies";

/** The commands that create a cluster which enforces NetworkPolicies. */
export function enforcingCluster({ Name }: Profile): string {
  return `To replace the cluster and all its stacks, run: minikube delete -p ${Name}, then: ${startCommand(Name)}`;
}

/**
 * Returns the warning for a cluster that is not minikube. Undefined if the cluster enforces NetworkPolicies or
 * kubectl can't tell.
 */
export function policyProblemOf(machines: Machines | undefined): string | undefined {
  if (machines?.policyEnforcer !== null) return undefined;
  return (
    `${nothingEnforces}. Without enforcement, every pod of the cluster may connect to MongoDB. Install a network plugin ` +
    "such as Calico. If the cluster enforces NetworkPolicies in another way, ignore this warning. " +
    "To see the cluster's plugins, run: kubectl get daemonsets --all-namespaces"
  );
}
