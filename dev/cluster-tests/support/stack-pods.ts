import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { V1Deployment, V1StatefulSet } from "@kubernetes/client-node";
import { mongodbLabels } from "../../../infra/mongodb/standalone-mongodb.ts";
import { selector } from "../../../infra/platform/pod-defaults.ts";
import { isReady } from "../../../tools/kubernetes/ready-pod.ts";
import { profile } from "./cluster-kubectl.ts";
import { list, pods, type Pod, type Stored } from "./cluster-objects.ts";

export { isReady } from "../../../tools/kubernetes/ready-pod.ts";
export { webSelector } from "../../../tools/traffic/web-selector.ts";

const run = promisify(execFile);

/** Selector of MongoDB's pod and StatefulSet. */
export const mongodbSelector = selector(mongodbLabels);

/** The first pod with these labels. Rejects if there is none. */
export async function onePod(namespace: string, labels: string): Promise<Pod> {
  const [pod] = await pods(namespace, labels);
  if (pod === undefined) throw new Error(`no pod ${labels} in ${namespace}`);
  return pod;
}

/** Waits until the rollouts of service and database are complete, and terminating pods are gone. */
export async function untilStackReady(namespace: string, seconds = 240): Promise<void> {
  await until(`all pods of ${namespace} are ready`, seconds, async () => {
    const [deployments, statefulSets, unfinished] = await Promise.all([
      list(({ apps }) => apps.listNamespacedDeployment({ namespace })),
      list(({ apps }) => apps.listNamespacedStatefulSet({ namespace })),
      list(({ core }) => core.listNamespacedPod({ namespace, fieldSelector: "status.phase!=Succeeded" })),
    ]);
    const workloads = [...deployments, ...statefulSets];
    const wanted = workloads.reduce((sum, { spec }) => sum + (spec.replicas ?? 0), 0);
    return (
      workloads.length === 2 &&
      workloads.every(isComplete) &&
      unfinished.length === wanted &&
      unfinished.every(isReady)
    );
  });
}

function isComplete({ metadata, spec, status }: Stored<V1Deployment | V1StatefulSet>): boolean {
  const { observedGeneration, replicas, updatedReplicas, readyReplicas, availableReplicas } = status;
  const counts = [replicas, updatedReplicas, readyReplicas, availableReplicas];
  return observedGeneration === metadata.generation && counts.every((count) => count === spec.replicas);
}

/**
 * Checks a condition twice a second until it is true. If the cluster does not answer, the condition is not true yet.
 */
export async function until(
  what: string,
  seconds: number,
  isTrue: () => Promise<boolean> | boolean,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  let reason = "";
  while (Date.now() < end) {
    try {
      if (await isTrue()) return;
    } catch (error) {
      reason = `: ${(error as Error).message}`;
    }
    await sleep(500);
  }
  throw new Error(`not within ${seconds} s: ${what}${reason}`);
}

/** Runs a shell script as root on a node. */
export async function onNode(node: string, script: string): Promise<string> {
  // Base64 needs no quoting on its way through two shells.
  const encoded = Buffer.from(script).toString("base64");
  const command = `echo ${encoded} | base64 -d | sudo sh`;
  const { stdout } = await run("minikube", ["ssh", "--profile", profile, "--node", node, "--", command]);
  return stdout.trim();
}

/** Runs minikube on the cluster's profile. */
export async function minikube(verb: "stop" | "start"): Promise<void> {
  await run("minikube", [verb, "--profile", profile]);
}

/** Id of a pod's first container, as in the node's runtime and the kernel's control groups. */
export function containerId({ status, metadata }: Pod): string {
  const id = status.containerStatuses?.[0]?.containerID?.split("//")[1];
  if (id === undefined) throw new Error(`the pod ${metadata.name} has no container`);
  return id;
}
