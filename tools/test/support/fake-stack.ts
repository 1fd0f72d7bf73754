import type { KubernetesObject } from "../../status/kubernetes-object.ts";

/** The moment at which the tests look. */
export const now = new Date("2026-01-02T03:04:05Z");

/** A moment so many seconds before. */
export function ago(seconds: number): string {
  return new Date(now.getTime() - seconds * 1000).toISOString();
}

const labels = (name: string) => ({ "app.kubernetes.io/name": name });

/** A pod as Kubernetes tells of it. */
export function pod(
  name: string,
  component: "web" | "mongodb",
  { age = 600, image = "koa-mongo-stack:abc", ...status }: Partial<PodSetup> = {},
): KubernetesObject {
  const { ready = true, restartCount = 0, state = {}, lastState = {}, phase = "Running", deleted } = status;
  return {
    kind: "Pod",
    metadata: {
      name,
      labels: labels(component),
      creationTimestamp: ago(age),
      ...(deleted === true ? { deletionTimestamp: ago(1) } : {}),
    },
    spec: { containers: [{ image }] },
    status: {
      phase,
      conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
      containerStatuses: [{ restartCount, state, lastState }],
    },
  };
}

interface PodSetup {
  readonly age: number;
  readonly image: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state: { readonly waiting?: { readonly reason: string } };
  readonly lastState: { readonly terminated?: { readonly reason?: string; readonly exitCode: number } };
  readonly phase: string;
  readonly deleted: boolean;
}

/** A Deployment or StatefulSet with so many pods of so many. */
export function workload(
  kind: "Deployment" | "StatefulSet",
  readyReplicas: number,
  replicas: number,
): KubernetesObject {
  const component = kind === "Deployment" ? "web" : "mongodb";
  return {
    kind,
    metadata: { name: component, labels: labels(component) },
    spec: { replicas },
    status: { readyReplicas },
  };
}

/** The autoscaler; without a figure it has not measured yet. */
export function autoscaler(current: number, wanted: number, cpu?: number): KubernetesObject {
  const averageUtilization = cpu;
  return {
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "web", labels: labels("web") },
    spec: {
      minReplicas: 2,
      maxReplicas: 5,
      metrics: [{ type: "Resource", resource: { target: { averageUtilization: 50 } } }],
    },
    status: {
      currentReplicas: current,
      desiredReplicas: wanted,
      currentMetrics:
        averageUtilization === undefined
          ? null
          : [{ type: "Resource", resource: { current: { averageUtilization } } }],
    },
  };
}

/** Something that Kubernetes tells. */
export function event(reason: string, age: number, over: Partial<KubernetesObject> = {}): KubernetesObject {
  return {
    kind: "Event",
    type: "Warning",
    metadata: { name: reason },
    reason,
    message: `${reason} happened`,
    lastTimestamp: ago(age),
    involvedObject: { kind: "Pod", name: "web-1" },
    ...over,
  };
}

/** A stack that is well. */
export function wellStack(): KubernetesObject[] {
  return [
    workload("Deployment", 2, 2),
    workload("StatefulSet", 1, 1),
    pod("web-1-aaaaa", "web"),
    pod("web-1-bbbbb", "web", { age: 90_000, restartCount: 1 }),
    pod("mongodb-0", "mongodb", { image: "mongo:8.0@sha256:0123", age: 7300 }),
    autoscaler(2, 2, 12),
  ];
}
