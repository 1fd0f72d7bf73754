import type { CoreV1Event, V1Pod, V2HorizontalPodAutoscaler } from "@kubernetes/client-node";
import { podLabels } from "../../infra/platform/pod-defaults.ts";
import { ageOf, hasLabels, readScaling, type StackObjects } from "./read-objects.ts";
import type { EventStatus } from "./stack-status.ts";

/** Age limit of a warning in seconds, and number of warnings to show. */
const eventAge = 3600;
const shownEvents = 5;
/** Conditions that a healthy pod and a healthy autoscaler have. */
const healthyConditions = ["Ready", "ScalingActive"];
/** Seconds in which Kubernetes may not use the CPU of a new pod: --horizontal-pod-autoscaler-cpu-initialization-period. */
const youngPodAge = 300;

/** Relevant warnings of the last hour, newest first. Warnings with the same reason are one. */
export function readEvents(objects: StackObjects, now: Date): EventStatus[] {
  const events = objects.events
    .filter((event) => event.type === "Warning" && !isOver(event, objects, now))
    .map((event) => ({ event, age: ageOf(timeOf(event), now) }))
    .filter(({ age }) => age <= eventAge)
    .sort((a, b) => a.age - b.age);
  const groups = [...Map.groupBy(events, ({ event }) => subjectOf(event)).values()];
  return groups.slice(0, shownEvents).map(merged);
}

/** Key of warnings with the same reason. The kubelet has one reason for all errors of a start: only their messages differ. */
function subjectOf({ involvedObject, reason, message }: CoreV1Event): string {
  return JSON.stringify([involvedObject.kind, reason, reason === "Failed" ? message : ""]);
}

/** @param group events, newest first */
function merged(group: readonly { readonly event: CoreV1Event; readonly age: number }[]): EventStatus {
  const newest = group[0]?.event;
  return {
    age: group[0]?.age ?? 0,
    about: `${newest?.involvedObject.kind ?? ""} ${newest?.involvedObject.name ?? ""}`.trim(),
    others: new Set(group.map(({ event }) => event.involvedObject.name)).size - 1,
    reason: newest?.reason ?? "",
    message: newest?.message ?? "",
    count: group.reduce((sum, { event }) => sum + (event.count ?? 1), 0),
  };
}

/**
 * Whether the object has become healthy since the event, or is gone. Probes fail while a pod starts or stops, and an
 * autoscaler starts without measurements.
 */
function isOver(event: CoreV1Event, objects: StackObjects, now: Date): boolean {
  const { kind, name } = event.involvedObject;
  if (kind !== "Pod" && kind !== "HorizontalPodAutoscaler") return false;
  const candidates: readonly (V1Pod | V2HorizontalPodAutoscaler)[] =
    kind === "Pod" ? objects.pods : objects.autoscalers;
  const about = candidates.find(({ metadata }) => metadata?.name === name);
  if (about === undefined) return true;
  if (isAboutMetrics(event) && (isMeasured(objects) || hasOnlyYoungPods(objects, now))) return true;
  const time = timeOf(event)?.getTime() ?? NaN;
  return (
    about.status?.conditions?.some(
      ({ type, status, lastTransitionTime }) =>
        healthyConditions.includes(type) && status === "True" && Number(lastTransitionTime) >= time,
    ) === true
  );
}

/** Such as `FailedGetResourceMetric` and `FailedComputeMetricsReplicas`. */
function isAboutMetrics({ involvedObject, reason = "" }: CoreV1Event): boolean {
  return involvedObject.kind === "HorizontalPodAutoscaler" && reason.includes("Metric");
}

/** The autoscaler deletes its measurement when the next one fails. */
function isMeasured(objects: StackObjects): boolean {
  return readScaling(objects)?.cpu !== undefined;
}

function hasOnlyYoungPods({ pods }: StackObjects, now: Date): boolean {
  return pods
    .filter((pod) => hasLabels(pod, podLabels("web")) && pod.metadata?.deletionTimestamp === undefined)
    .every(({ metadata }) => ageOf(metadata?.creationTimestamp, now) < youngPodAge);
}

/** The client leaves `eventTime` a string, although its type is Date. */
function timeOf({ lastTimestamp, eventTime, metadata }: CoreV1Event): Date | undefined {
  const time = lastTimestamp ?? eventTime ?? metadata.creationTimestamp;
  return time === undefined ? undefined : new Date(time);
}
