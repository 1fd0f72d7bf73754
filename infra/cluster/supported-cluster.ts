import type { Profile } from "./minikube/minikube-profile.ts";
import type { NodeFacts } from "./nodes/nodes.ts";

/**
 * The oldest Kubernetes that the stack runs on, as [major, minor]. Since 1.30, a preStop hook may sleep, without a
 * shell in the image. The stack's other features are older.
 */
const oldest = [1, 30] as const;

/**
 * Whether a version such as "v1.29.4" is older than the oldest supported one. False for a version that can't be
 * parsed.
 */
export function isTooOld(version: string): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version)?.map(Number) ?? [];
  if (major === undefined || minor === undefined) return false;
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
}

/** Returns why the stack can't run on this minikube cluster, with the fix; undefined if it can. */
export function unsupportedProfile({ Name, Config }: Profile): string | undefined {
  const { KubernetesVersion = "" } = Config.KubernetesConfig;
  if (Config.Driver === "none") {
    return (
      `The minikube cluster "${Name}" uses the driver none, which is not supported. \`minikube ssh\` and ` +
      "`minikube docker-env` don't work with this driver. To use another cluster, run: " +
      "pulumi config set minikubeProfile koa-mongo, then: minikube start -p koa-mongo --driver=docker --cni=calico " +
      "--addons=metrics-server"
    );
  }
  if (!isTooOld(KubernetesVersion)) return undefined;
  return (
    `The minikube cluster "${Name}" has Kubernetes ${KubernetesVersion}, and the stack needs ${oldest.join(".")} or newer. ` +
    `Run: minikube start -p ${Name} --kubernetes-version=stable`
  );
}

/** Returns why the stack can't run on these nodes, with the fix; undefined if it can. */
export function unsupportedNodes(nodes: readonly NodeFacts[] | undefined): string | undefined {
  const old = nodes?.find(({ kubelet }) => kubelet !== undefined && isTooOld(kubelet));
  if (old?.kubelet === undefined) return undefined;
  return (
    `The node ${old.name} has Kubernetes ${old.kubelet}, and the stack needs ${oldest.join(".")} or newer. ` +
    "Upgrade the cluster, or choose another cluster: pulumi config set context NAME"
  );
}
