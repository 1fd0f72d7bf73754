import type {
  CoreV1Event,
  V1ContainerState,
  V1Deployment,
  V1ObjectMeta,
  V1Pod,
  V1StatefulSet,
  V2HorizontalPodAutoscaler,
} from "@kubernetes/client-node";
import { podLabels } from "../../../infra/platform/pod-defaults.ts";
import type { StackObjects } from "../../status/read-objects.ts";

/** The current time in the tests. */
export const now = new Date("2026-01-02T03:04:05Z");

/** The time `seconds` before {@link now}. */
export function ago(seconds: number): Date {
  return new Date(now.getTime() - seconds * 1000);
}

/** A stack with only these objects. */
export function stackOf(objects: Partial<StackObjects>): StackObjects {
  return { deployments: [], statefulSets: [], pods: [], autoscalers: [], events: [], ...objects };
}

/** A pod as the Kubernetes API returns it. */
export function pod(
  name: string,
  component: "web" | "mongodb",
  { age = 600, image = "koa-mongo-stack:abc", ...status }: Partial<PodSetup> = {},
): V1Pod {
  const { ready = true, restartCount = 0, state = {}, lastState = {}, phase = "Running" } = status;
  const { deleted, init } = status;
  const container = { name: component, image, imageID: "", ready, restartCount, state, lastState };
  return {
    metadata: {
      name,
      labels: podLabels(component),
      creationTimestamp: ago(age),
      ...(deleted === true ? { deletionTimestamp: ago(1) } : {}),
    },
    spec: { containers: [{ name: component, image }] },
    status: {
      phase,
      conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
      ...(init === undefined ? {} : { initContainerStatuses: [{ ...container, state: init }] }),
      containerStatuses: [{ ...container, containerID: "docker://1" }],
    },
  };
}

interface PodSetup {
  readonly age: number;
  readonly image: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state: V1ContainerState;
  readonly lastState: V1ContainerState;
  /** State of an init container. @default no init container */
  readonly init: V1ContainerState;
  readonly phase: string;
  readonly deleted: boolean;
}

/** The service's Deployment, with its ready and wanted pods. */
export function deployment(readyReplicas: number, replicas: number): V1Deployment {
  return {
    metadata: metadata("web"),
    spec: { replicas, ...template("web") },
    status: { readyReplicas },
  };
}

/** MongoDB's StatefulSet, with its ready and wanted pods. */
export function statefulSet(readyReplicas: number, replicas: number): V1StatefulSet {
  return {
    metadata: metadata("mongodb"),
    spec: { replicas, serviceName: "mongodb", ...template("mongodb") },
    status: { readyReplicas, replicas },
  };
}

function metadata(component: string): V1ObjectMeta {
  return { name: component, labels: podLabels(component) };
}

function template(component: string) {
  return { selector: { matchLabels: podLabels(component) }, template: {} };
}

/** The autoscaler. Without `cpu`, an autoscaler before its first measurement. */
export function autoscaler(current: number, wanted: number, cpu?: number): V2HorizontalPodAutoscaler {
  const name = "cpu";
  return {
    metadata: metadata("web"),
    spec: {
      scaleTargetRef: { kind: "Deployment", name: "web" },
      minReplicas: 2,
      maxReplicas: 5,
      metrics: [
        { type: "Resource", resource: { name, target: { type: "Utilization", averageUtilization: 50 } } },
      ],
    },
    status: {
      currentReplicas: current,
      desiredReplicas: wanted,
      conditions: [],
      // Kubernetes returns null, which the client's type does not allow.
      currentMetrics:
        cpu === undefined
          ? (null as unknown as [])
          : [{ type: "Resource", resource: { name, current: { averageUtilization: cpu } } }],
    },
  };
}

/** A warning event. */
export function event(reason: string, age: number, over: Partial<CoreV1Event> = {}): CoreV1Event {
  return {
    type: "Warning",
    metadata: { name: reason },
    reason,
    message: `${reason} happened`,
    lastTimestamp: ago(age),
    involvedObject: { kind: "Pod", name: "web-1" },
    ...over,
  };
}

/** A healthy stack. */
export function healthyStack(): StackObjects {
  return stackOf({
    deployments: [deployment(2, 2)],
    statefulSets: [statefulSet(1, 1)],
    pods: [
      pod("web-1-aaaaa", "web"),
      pod("web-1-bbbbb", "web", { age: 90_000, restartCount: 1 }),
      pod("mongodb-0", "mongodb", { image: "mongo:8.0@sha256:0123", age: 7300 }),
    ],
    autoscalers: [autoscaler(2, 2, 12)],
  });
}
