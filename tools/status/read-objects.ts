import type {
  CoreV1Event,
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
import type { EventStatus, PodStatus, ScalingStatus, WorkloadStatus } from "./stack-status.ts";

type Labels = Readonly<Record<string, string>>;

/** Objects in a stack's namespace, as the API lists them. */
export interface StackObjects {
  readonly deployments: readonly V1Deployment[];
  readonly statefulSets: readonly V1StatefulSet[];
  readonly pods: readonly V1Pod[];
  readonly autoscalers: readonly V2HorizontalPodAutoscaler[];
  readonly events: readonly CoreV1Event[];
}

/** Age limit of a warning in seconds, and number of warnings to show. */
const eventAge = 3600;
const shownEvents = 5;
/** Conditions that a healthy pod and a healthy autoscaler have. */
const healthyConditions = ["Ready", "ScalingActive"];

/** Status of the service's pods. */
export function readDeployment({ deployments, pods }: StackObjects, now: Date): WorkloadStatus {
  return readWorkload(deployments, pods, podLabels("web"), now);
}

/** Status of MongoDB's pods: a standalone MongoDB, or the members of a replica set. */
export function readMongodb({ statefulSets, pods }: StackObjects, now: Date): WorkloadStatus {
  const one = readWorkload(statefulSets, pods, podLabels("mongodb"), now);
  return one.wanted > 0 ? one : readWorkload(statefulSets, pods, memberLabelsOf("mongodb"), now);
}

function readWorkload(
  workloads: readonly (V1Deployment | V1StatefulSet)[],
  allPods: readonly V1Pod[],
  labels: Labels,
  now: Date,
): WorkloadStatus {
  const isOwn = ({ metadata }: { metadata?: V1ObjectMeta }) =>
    Object.entries(labels).every(([key, value]) => metadata?.labels?.[key] === value);
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

const pullErrors = ["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull"];

function readPod(pod: V1Pod, now: Date): PodStatus {
  const { metadata, status } = pod;
  const containers = status?.containerStatuses ?? [];
  const ready = isReportedReady(pod);
  const waiting = containers
    .map(({ state }) => state?.waiting?.reason)
    .find((reason) => reason !== undefined);
  const last = containers.map(({ lastState }) => lastState?.terminated).find((end) => end !== undefined);
  const usual = ready ? "ready" : (status?.phase ?? "Unknown") === "Running" ? "not ready" : status?.phase;
  const isStopping = metadata?.deletionTimestamp !== undefined;
  return {
    name: metadata?.name ?? "",
    ready: ready && !isStopping,
    state: isStopping ? "stopping" : (waiting ?? usual ?? "Unknown"),
    age: ageOf(metadata?.creationTimestamp, now),
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
    lastEnd: last === undefined ? undefined : (last.reason ?? `exit code ${last.exitCode}`),
    problem: ready ? undefined : problemOf(pod),
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
    const end = state?.terminated ?? lastState?.terminated;
    if (end?.message !== undefined && end.exitCode !== 0) return end.message.trim().split("\n").at(-1);
  }
  return undefined;
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

/** Relevant warnings of the last hour, newest first. */
export function readEvents(objects: StackObjects, now: Date): EventStatus[] {
  return objects.events
    .filter((event) => event.type === "Warning" && !isOver(event, objects))
    .map((event) => ({
      age: ageOf(timeOf(event), now),
      about: `${event.involvedObject.kind ?? ""} ${event.involvedObject.name ?? ""}`.trim(),
      reason: event.reason ?? "",
      message: event.message ?? "",
      count: event.count ?? 1,
    }))
    .filter(({ age }) => age <= eventAge)
    .sort((a, b) => a.age - b.age)
    .slice(0, shownEvents);
}

/**
 * Whether the object has become healthy since the event, or the pod is gone. Probes fail while a pod starts or stops,
 * and an autoscaler starts without measurements.
 */
function isOver(event: CoreV1Event, { pods, autoscalers }: StackObjects): boolean {
  const { kind, name } = event.involvedObject;
  const candidates = kind === "Pod" ? pods : kind === "HorizontalPodAutoscaler" ? autoscalers : [];
  const about = candidates.find(({ metadata }) => metadata?.name === name);
  if (about === undefined) return kind === "Pod";
  const time = timeOf(event)?.getTime() ?? NaN;
  return (
    about.status?.conditions?.some(
      ({ type, status, lastTransitionTime }) =>
        healthyConditions.includes(type) && status === "True" && Number(lastTransitionTime) >= time,
    ) === true
  );
}

/** The client leaves `eventTime` a string, although its type is Date. */
function timeOf({ lastTimestamp, eventTime, metadata }: CoreV1Event): Date | undefined {
  const time = lastTimestamp ?? eventTime ?? metadata.creationTimestamp;
  return time === undefined ? undefined : new Date(time);
}

function ageOf(time: Date | undefined, now: Date): number {
  return time === undefined ? 0 : Math.max(0, Math.round((now.getTime() - time.getTime()) / 1000));
}
