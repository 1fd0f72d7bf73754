import type {
  CoreV1Event,
  V1ContainerStateWaiting,
  V1Deployment,
  V1ObjectMeta,
  V1Pod,
  V1StatefulSet,
  V2HorizontalPodAutoscaler,
} from "@kubernetes/client-node";
import { localRepository } from "../../infra/platform/metadata.ts";
import { memberLabelsOf, podLabels } from "../../infra/platform/pod-defaults.ts";
import { wantedPods } from "../kubernetes/desired-replicas.ts";
import { isReportedReady } from "../kubernetes/ready-pod.ts";
import { endReason } from "./logged-problem.ts";
import type { PodStatus, ScalingStatus, WorkloadStatus } from "./stack-status.ts";

type Labels = Readonly<Record<string, string>>;

/** Objects in a stack's namespace, as the API lists them. */
export interface StackObjects {
  readonly deployments: readonly V1Deployment[];
  readonly statefulSets: readonly V1StatefulSet[];
  readonly pods: readonly V1Pod[];
  readonly autoscalers: readonly V2HorizontalPodAutoscaler[];
  readonly events: readonly CoreV1Event[];
}

/** Status of the service's pods. */
export function readDeployment({ deployments, pods }: StackObjects, now: Date): WorkloadStatus {
  return readWorkload(deployments, pods, podLabels("web"), now);
}

/** Status of MongoDB's pods: a standalone MongoDB, or the members of a replica set. */
export function readMongodb({ statefulSets, pods }: StackObjects, now: Date): WorkloadStatus {
  const one = readWorkload(statefulSets, pods, podLabels("mongodb"), now);
  return one.wanted > 0 ? one : readWorkload(statefulSets, pods, memberLabelsOf("mongodb"), now);
}

/** Whether an object has all of these labels. */
export function hasLabels({ metadata }: { metadata?: V1ObjectMeta }, labels: Labels): boolean {
  return Object.entries(labels).every(([key, value]) => metadata?.labels?.[key] === value);
}

function readWorkload(
  workloads: readonly (V1Deployment | V1StatefulSet)[],
  allPods: readonly V1Pod[],
  labels: Labels,
  now: Date,
): WorkloadStatus {
  const isOwn = (object: { metadata?: V1ObjectMeta }) => hasLabels(object, labels);
  const workload = workloads.find(isOwn);
  const pods = allPods.filter(isOwn);
  const wanted = workload?.spec?.replicas ?? 0;
  const images = pods.flatMap(({ spec }) => spec?.containers.map(({ image = "" }) => image) ?? []);
  return {
    wanted,
    // During a rollout there may be one extra ready pod.
    ready: Math.min(wanted, workload?.status?.readyReplicas ?? 0),
    pods: pods.map((pod) => readPod(pod, now)),
    images: [...new Set(images)].sort(),
  };
}

/** Reasons of containers that start normally. Any other reason is an error. */
const startReasons = ["ContainerCreating", "PodInitializing"];
const pullErrors = ["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull"];

function readPod(pod: V1Pod, now: Date): PodStatus {
  const { metadata, status } = pod;
  const containers = status?.containerStatuses ?? [];
  const ready = isReportedReady(pod);
  // Init containers come first, because the other containers wait for them.
  const reasons = [...(status?.initContainerStatuses ?? []), ...containers].flatMap(
    ({ state }) => state?.waiting?.reason ?? [],
  );
  const error = reasons.find((reason) => !startReasons.includes(reason));
  const last = containers.map(({ lastState }) => lastState?.terminated).find((end) => end !== undefined);
  const usual = ready ? "ready" : (status?.phase ?? "Unknown") === "Running" ? "not ready" : status?.phase;
  const isStopping = metadata?.deletionTimestamp !== undefined;
  return {
    name: metadata?.name ?? "",
    ready: ready && !isStopping,
    state: isStopping ? "stopping" : (error ?? reasons[0] ?? usual ?? "Unknown"),
    age: ageOf(metadata?.creationTimestamp, now),
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
    lastEnd: last === undefined ? undefined : (last.reason ?? `exit code ${last.exitCode}`),
    isStuck: error !== undefined && !isStopping,
    problem: ready || isStopping ? undefined : problemOf(pod),
  };
}

/** Why a pod does not start. Init containers come first, because the other containers wait for them. */
function problemOf({ status }: V1Pod): string | undefined {
  const scheduled = status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False") return scheduled.message;
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  for (const { image, state, lastState } of containers) {
    const waiting = state?.waiting;
    if (waiting?.reason !== undefined && pullErrors.includes(waiting.reason)) {
      // An image without a registry name exists only on the nodes.
      return image.startsWith(`${localRepository}:`)
        ? `the image ${image} is gone from the node. Run: npm run up`
        : (waiting.message ?? `the node can't pull ${image}`);
    }
    if (waiting?.message !== undefined && isOwnReason(waiting)) return waiting.message;
    const end = state?.terminated ?? lastState?.terminated;
    // The kernel kills the process without a log line, so the last lines are about something else.
    if (end === undefined || end.exitCode === 0 || end.reason === "OOMKilled") continue;
    const reason = endReason(end.message ?? "");
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** Whether the message says why the container waits. After a crash, the message names only the delay. */
function isOwnReason({ reason = "" }: V1ContainerStateWaiting): boolean {
  return reason !== "CrashLoopBackOff" && !startReasons.includes(reason);
}

/** Status of the autoscaler. Undefined if there is no autoscaler. */
export function readScaling({ autoscalers }: StackObjects): ScalingStatus | undefined {
  const [autoscaler] = autoscalers;
  if (autoscaler === undefined) return undefined;
  const { spec, status } = autoscaler;
  const { currentReplicas: current = 0, desiredReplicas: wanted = 0 } = status ?? {};
  const used = status?.currentMetrics?.find(({ type }) => type === "Resource")?.resource?.current;
  const target = spec.metrics?.find(({ type }) => type === "Resource")?.resource?.target;
  return {
    current,
    wanted: wantedPods(current, wanted),
    least: spec.minReplicas ?? 1,
    most: spec.maxReplicas,
    cpu: used?.averageUtilization,
    cpuTarget: target?.averageUtilization,
  };
}

/** Seconds since a time, and 0 if the time is unknown or in the future. */
export function ageOf(time: Date | undefined, now: Date): number {
  return time === undefined ? 0 : Math.max(0, Math.round((now.getTime() - time.getTime()) / 1000));
}
