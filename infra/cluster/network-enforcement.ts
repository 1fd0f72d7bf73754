import { startCommand, type Profile } from "./minikube-profile.ts";

/** Whether NetworkPolicies are enforced. */
export interface Enforcement {
  readonly isSure: boolean;
  /** By what, or why it is not sure. */
  readonly text: string;
}

/** Networks that enforce NetworkPolicies, and networks that ignore them. */
const enforcing = ["calico", "cilium", "kube-router"];
const ignoring = ["", "auto", "bridge", "false", "flannel"];

/** By minikube's profile, which does not know what was installed in the cluster later. */
export function enforcement({ Config }: Profile): Enforcement {
  const { CNI = "" } = Config.KubernetesConfig;
  if (enforcing.includes(CNI)) return { isSure: true, text: `NetworkPolicies are enforced by ${CNI}` };
  if (ignoring.includes(CNI)) {
    const network = ["", "auto"].includes(CNI) ? "minikube's default network" : `minikube with --cni=${CNI}`;
    return { isSure: false, text: `${network} does not enforce NetworkPolicies` };
  }
  const text =
    CNI === "kindnet"
      ? "kindnet enforces NetworkPolicies in newer versions only"
      : `minikube does not say whether ${CNI} enforces NetworkPolicies`;
  return { isSure: false, text };
}

/** How to get a cluster that enforces them. */
export function enforcingCluster({ Name }: Profile): string {
  return `Another cluster does: minikube delete -p ${Name}, then: ${startCommand(Name)}`;
}
