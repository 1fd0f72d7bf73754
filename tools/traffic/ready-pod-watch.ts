import { webSelector } from "./web-selector.ts";
import type { ReadyPods } from "./chart-panels.ts";
import { watch, type Watch } from "./cluster-watch.ts";

/** Follows how many of the service's pods are ready. */
export interface PodWatch extends Watch {
  readonly changes: readonly ReadyPods[];
}

/** Begins to follow them, in the namespace of a minikube cluster. */
export function watchPods(profile: string, namespace: string, now: () => number): PodWatch {
  const changes: ReadyPods[] = [];
  const what = ["deployments", "--namespace", namespace, "--selector", webSelector];
  // Nothing stands for none.
  const watching = watch(profile, what, "{.status.readyReplicas}", (line) => {
    const ready = Number(line);
    if (changes.at(-1)?.ready !== ready) changes.push({ at: now(), ready });
  });
  return { changes, stop: () => watching.stop() };
}
