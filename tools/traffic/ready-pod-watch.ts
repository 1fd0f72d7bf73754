import type { V1Deployment } from "@kubernetes/client-node";
import { webSelector } from "./web-selector.ts";
import type { ReadyPods } from "./chart-panels.ts";
import { watchObjects, type Watch } from "./cluster-watch.ts";

/** Follows how many of the service's pods are ready. */
export interface PodWatch extends Watch {
  readonly changes: readonly ReadyPods[];
}

/** Begins to follow them, in the namespace of a minikube cluster. */
export function watchPods(profile: string, namespace: string, now: () => number): PodWatch {
  const changes: ReadyPods[] = [];
  const deployments = {
    path: `/apis/apps/v1/namespaces/${namespace}/deployments`,
    labelSelector: webSelector,
  };
  const watching = watchObjects<V1Deployment>(profile, deployments, ({ status }) => {
    // The field is missing while no pod is ready.
    const ready = status?.readyReplicas ?? 0;
    if (changes.at(-1)?.ready !== ready) changes.push({ at: now(), ready });
  });
  return { changes, stop: () => watching.stop() };
}
