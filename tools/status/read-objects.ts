import { memberLabelsOf, podLabels } from "../../infra/platform/pod-defaults.ts";
import { wantedPods } from "../kubernetes/desired-replicas.ts";
import type { KubernetesObject } from "./kubernetes-object.ts";
import type { EventStatus, PodStatus, ScalingStatus, WorkloadStatus } from "./stack-status.ts";

type Objects = readonly KubernetesObject[];
type Labels = Readonly<Record<string, string>>;

/** Seconds after which a warning is history, and how many are shown. */
const eventAge = 3600;
const shownEvents = 5;
/** The conditions by which a pod and an autoscaler say that they do what they are for. */
const healthyConditions = ["Ready", "ScalingActive"];

/** The service's pods. */
export function readDeployment(objects: Objects, now: Date): WorkloadStatus {
  return readWorkload(objects, "Deployment", podLabels("web"), now);
}

/** MongoDB's: one of our own, or the members of a replica set. */
export function readMongodb(objects: Objects, now: Date): WorkloadStatus {
  const one = readWorkload(objects, "StatefulSet", podLabels("mongodb"), now);
  return one.wanted > 0 ? one : readWorkload(objects, "StatefulSet", memberLabelsOf("mongodb"), now);
}

function readWorkload(objects: Objects, kind: string, labels: Labels, now: Date): WorkloadStatus {
  const own = objects.filter(({ metadata }) =>
    Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value),
  );
  const workload = own.find((object) => object.kind === kind);
  const pods = own.filter((object) => object.kind === "Pod");
  const wanted = workload?.spec?.replicas ?? 0;
  return {
    wanted,
    // While pods are replaced there is one more.
    ready: Math.min(wanted, workload?.status?.readyReplicas ?? 0),
    pods: pods.map((pod) => readPod(pod, now)),
    images: [
      ...new Set(pods.flatMap(({ spec }) => spec?.containers?.map(({ image }) => image) ?? [])),
    ].sort(),
  };
}

function readPod({ metadata, status }: KubernetesObject, now: Date): PodStatus {
  const containers = status?.containerStatuses ?? [];
  const ready = status?.conditions?.some((one) => one.type === "Ready" && one.status === "True") === true;
  const waiting = containers
    .map(({ state }) => state?.waiting?.reason)
    .find((reason) => reason !== undefined);
  const last = containers.map(({ lastState }) => lastState?.terminated).find((end) => end !== undefined);
  const usual = ready ? "ready" : (status?.phase ?? "Unknown") === "Running" ? "not ready" : status?.phase;
  return {
    name: metadata.name,
    ready: ready && metadata.deletionTimestamp === undefined,
    state: metadata.deletionTimestamp === undefined ? (waiting ?? usual ?? "Unknown") : "stopping",
    age: ageOf(metadata.creationTimestamp, now),
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
    lastEnd: last === undefined ? undefined : (last.reason ?? `exit code ${last.exitCode}`),
  };
}

/** What the autoscaler says, where there is one. */
export function readScaling(objects: Objects): ScalingStatus | undefined {
  const scaler = objects.find(({ kind }) => kind === "HorizontalPodAutoscaler");
  if (scaler === undefined) return undefined;
  const { spec, status } = scaler;
  const { currentReplicas: current = 0, desiredReplicas: wanted = 0 } = status ?? {};
  const used = status?.currentMetrics?.find(({ type }) => type === "Resource")?.resource?.current;
  const target = spec?.metrics?.find(({ type }) => type === "Resource")?.resource?.target;
  return {
    current,
    wanted: wantedPods(current, wanted),
    least: spec?.minReplicas ?? 1,
    most: spec?.maxReplicas ?? 1,
    cpu: used?.averageUtilization,
    cpuTarget: target?.averageUtilization,
  };
}

/** Warnings of the last hour that still matter, newest first. */
export function readEvents(objects: Objects, now: Date): EventStatus[] {
  return objects
    .filter((object) => object.kind === "Event" && object.type === "Warning" && !isOver(object, objects))
    .map((event) => ({
      age: ageOf(timeOf(event), now),
      about: `${event.involvedObject?.kind ?? ""} ${event.involvedObject?.name ?? ""}`.trim(),
      reason: event.reason ?? "",
      message: event.message ?? "",
      count: event.count ?? 1,
    }))
    .filter(({ age }) => age <= eventAge)
    .sort((a, b) => a.age - b.age)
    .slice(0, shownEvents);
}

/**
 * Whether its object is well since then, or a pod that is gone: probes fail while a pod starts and while it ends, and
 * the autoscaler begins without figures.
 */
function isOver(event: KubernetesObject, objects: Objects): boolean {
  const { kind, name } = event.involvedObject ?? {};
  const about = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (about === undefined) return kind === "Pod";
  const time = Date.parse(timeOf(event) ?? "");
  return (
    about.status?.conditions?.some(
      ({ type, status, lastTransitionTime = "" }) =>
        healthyConditions.includes(type) && status === "True" && Date.parse(lastTransitionTime) >= time,
    ) === true
  );
}

function timeOf({ lastTimestamp, eventTime, metadata }: KubernetesObject): string | undefined {
  return lastTimestamp ?? eventTime ?? metadata.creationTimestamp;
}

function ageOf(timestamp: string | undefined, now: Date): number {
  return timestamp === undefined
    ? 0
    : Math.max(0, Math.round((now.getTime() - Date.parse(timestamp)) / 1000));
}
