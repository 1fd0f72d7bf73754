import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { mongodbLabels } from "../../../infra/mongodb/standalone-mongodb.ts";
import { selector } from "../../../tools/traffic/web-selector.ts";
import { list, profile } from "./cluster-kubectl.ts";

export { webSelector } from "../../../tools/traffic/web-selector.ts";

const run = promisify(execFile);

/** Selects MongoDB's pod, and its StatefulSet. */
export const mongodbSelector = selector(mongodbLabels);

/** What is needed of a pod. */
export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly {
      readonly resources?: { readonly requests?: { readonly cpu?: string } };
    }[];
  };
  readonly status: {
    readonly phase: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  /** `docker://…` or `containerd://…`. */
  readonly containerID?: string;
  readonly lastState: { readonly terminated?: { readonly reason: string; readonly exitCode: number } };
}

/** The parts of a Deployment's or StatefulSet's status that say whether it is as it should be. */
interface Workload {
  readonly metadata: { readonly generation: number };
  readonly spec: { readonly replicas: number };
  readonly status: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
  };
}

/** The pods of a namespace with these labels. */
export async function pods(namespace: string, labels: string): Promise<Pod[]> {
  return await list<Pod>("pods", "--namespace", namespace, "--selector", labels);
}

/** The first pod of these; fails where there is none. */
export async function onePod(namespace: string, labels: string): Promise<Pod> {
  const [pod] = await pods(namespace, labels);
  if (pod === undefined) throw new Error(`no pod ${labels} in ${namespace}`);
  return pod;
}

/** Whether a pod takes requests. */
export function isReady({ status, metadata }: Pod): boolean {
  const ready = status.conditions?.some(
    (condition) => condition.type === "Ready" && condition.status === "True",
  );
  return ready === true && metadata.deletionTimestamp === undefined;
}

/** Waits until service and database are as they should be, and pods on their way out are gone. */
export async function untilWhole(namespace: string, seconds = 240): Promise<void> {
  await until(`${namespace} is whole`, seconds, async () => {
    const workloads = await list<Workload>("deployments,statefulsets", "--namespace", namespace);
    const wanted = workloads.reduce((sum, { spec }) => sum + spec.replicas, 0);
    const unfinished = ["--field-selector", "status.phase!=Succeeded"];
    const all = await list<Pod>("pods", "--namespace", namespace, ...unfinished);
    return workloads.length === 2 && workloads.every(isWhole) && all.length === wanted && all.every(isReady);
  });
}

function isWhole({ metadata, spec, status }: Workload): boolean {
  const { observedGeneration, replicas, updatedReplicas, readyReplicas, availableReplicas } = status;
  const counts = [replicas, updatedReplicas, readyReplicas, availableReplicas];
  return observedGeneration === metadata.generation && counts.every((count) => count === spec.replicas);
}

/** Asks twice a second until something is so; a cluster that does not answer counts as not yet. */
export async function until(
  what: string,
  seconds: number,
  isSo: () => Promise<boolean> | boolean,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  let reason = "";
  while (Date.now() < end) {
    try {
      if (await isSo()) return;
    } catch (error) {
      reason = `: ${(error as Error).message}`;
    }
    await sleep(500);
  }
  throw new Error(`not within ${seconds} s: ${what}${reason}`);
}

/** Runs a shell script as root on a node. */
export async function onNode(node: string, script: string): Promise<string> {
  // In base64 nothing needs quotes on the way through two shells.
  const encoded = Buffer.from(script).toString("base64");
  const command = `echo ${encoded} | base64 -d | sudo sh`;
  const { stdout } = await run("minikube", ["ssh", "--profile", profile, "--node", node, "--", command]);
  return stdout.trim();
}

/** Runs minikube on the cluster's profile. */
export async function minikube(verb: "stop" | "start"): Promise<void> {
  await run("minikube", [verb, "--profile", profile]);
}

/** The id of a pod's first container, as the node's runtime and the kernel's control groups know it. */
export function containerId({ status, metadata }: Pod): string {
  const id = status.containerStatuses?.[0]?.containerID?.split("//")[1];
  if (id === undefined) throw new Error(`the pod ${metadata.name} has no container`);
  return id;
}
