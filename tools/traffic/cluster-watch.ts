import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesObject } from "@kubernetes/client-node";
import { connectCluster } from "../kubernetes/cluster-client.ts";

/** Something in the cluster that is followed. */
export interface Watch {
  stop(): Promise<void>;
}

/** What happened to an object. Each one that exists is `ADDED` when a watch begins. */
export type Change = "ADDED" | "MODIFIED" | "DELETED";

/** Which objects are followed. */
export interface Watched {
  /** Path of the objects' kind in the API, such as `/api/v1/namespaces/default/pods`. */
  readonly path: string;
  readonly labelSelector: string;
}

/** Milliseconds before a watch that ended begins again. */
const pause = 1000;

/**
 * Follows objects, and goes on when the connection or the cluster restarts. Times are texts here, although the types
 * of the client say Date.
 */
// The API's JSON has no type of its own: the caller knows what is under the path.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function watchObjects<T extends KubernetesObject>(
  context: string,
  { path, labelSelector }: Watched,
  onChange: (object: T, change: Change) => void,
): Watch {
  const stopping = new AbortController();
  const { signal } = stopping;

  /** Until the connection ends, or until it is told to stop. */
  async function watchOnce(): Promise<void> {
    // Anew each time: a minikube that restarts has another address in the kubeconfig.
    const { watch } = await connectCluster(context);
    if (signal.aborted) return;
    const { promise: ended, resolve: end } = Promise.withResolvers<unknown>();
    const onEvent = (change: string, object: T) => {
      if (isChange(change) && !signal.aborted) onChange(object, change);
    };
    signal.addEventListener("abort", end);
    watch.watch(path, { labelSelector }, onEvent, end).then((request) => {
      void ended.then(() => {
        request.abort();
      });
    }, end);
    await ended;
    signal.removeEventListener("abort", end);
  }
  async function follow(): Promise<void> {
    while (!signal.aborted) {
      await watchOnce().catch(() => undefined);
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }
  const followed = follow();

  return {
    async stop() {
      stopping.abort();
      await followed;
    },
  };
}

/** Bookmarks and errors are none: the connection ends after an error. */
function isChange(type: string): type is Change {
  return ["ADDED", "MODIFIED", "DELETED"].includes(type);
}
