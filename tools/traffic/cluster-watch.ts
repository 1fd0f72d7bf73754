import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesObject } from "@kubernetes/client-node";
import { connectCluster } from "../kubernetes/cluster-client.ts";

/** A running watch of something in the cluster. */
export interface Watch {
  stop(): Promise<void>;
}

/** The kind of change. When a watch starts, each existing object is `ADDED`. */
export type Change = "ADDED" | "MODIFIED" | "DELETED";

/** Selects the objects to watch. */
export interface Watched {
  /** API path of the objects' kind, such as `/api/v1/namespaces/default/pods`. */
  readonly path: string;
  readonly labelSelector: string;
}

/** Milliseconds before a watch restarts after its end. */
const restartDelayMs = 1000;

/**
 * Watches objects, and continues after a restart of the connection or the cluster. Times are strings, although the
 * client's types say Date.
 */
// The API's JSON has no type: the caller knows the type of the objects under the path.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function watchObjects<T extends KubernetesObject>(
  context: string,
  { path, labelSelector }: Watched,
  onChange: (object: T, change: Change) => void,
): Watch {
  const stopping = new AbortController();
  const { signal } = stopping;

  /** Watches until the connection ends or `stop` is called. */
  async function watchOnce(): Promise<void> {
    // Reconnect with the current kubeconfig: a restarted minikube has another address there.
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
      await sleep(restartDelayMs, undefined, { signal }).catch(() => undefined);
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

/** Bookmarks and errors are no changes. After an error, the connection ends. */
function isChange(type: string): type is Change {
  return ["ADDED", "MODIFIED", "DELETED"].includes(type);
}
