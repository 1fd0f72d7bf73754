import type { V1Deployment } from "@kubernetes/client-node";
import { webSelector } from "./web-selector.ts";
import type { ReadyPods } from "./chart-panels.ts";
import { watchObjects, type Watch } from "./cluster-watch.ts";

/** A running watch of the number of the service's ready pods. */
export interface PodWatch extends Watch {
  readonly changes: readonly ReadyPods[];
}

/** Starts a watch of the ready pods, in a namespace of a minikube cluster. */
export function watchPods(profile: string, namespace: string, now: () => number): PodWatch {
  const changes: ReadyPods[] = [];
  const deployments = {
    path: `/apis/apps/v1/namespaces/${namespace}/deployments`,
    labelSelector: webSelector,
  };
  const watching = watchObjects<V1Deployment>(profile, deployments, ({ status }) => {
    // While no pod is ready, the field is missing.
    const ready = status?.readyReplicas ?? 0;
    if (changes.at(-1)?.ready !== ready) changes.push({ at: now(), ready });
  });
  return { changes, stop: () => watching.stop() };
}
