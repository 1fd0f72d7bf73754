import { setTimeout as sleep } from "node:timers/promises";
import { connectCluster } from "../kubernetes/cluster-client.ts";
import { webSelector } from "./web-selector.ts";
import type { Watch } from "./cluster-watch.ts";

/** A running watch of the memory of the service's pods. */
export interface MemoryWatch extends Watch {
  /** Highest memory of any pod so far, in MiB. */
  readonly peakMiB: number;
  /** Number of container restarts so far. */
  readonly restarts: number;
}

/** The kubelet's statistics about a node's pods. */
interface NodeSummary {
  readonly pods: readonly {
    readonly podRef: { readonly name: string; readonly namespace: string };
    readonly memory?: { readonly workingSetBytes?: number };
  }[];
}

/** Milliseconds between two queries. The kubelet measures about every ten seconds. */
const intervalMs = 3000;

/** Starts a watch of the memory. Retries if the cluster does not answer. */
export function watchMemory(profile: string, namespace: string): MemoryWatch {
  const stopping = new AbortController();
  /** Restart count of each pod, at the first and at the last query. */
  const restarts = new Map<string, { readonly first: number; readonly last: number }>();
  let most = 0;

  async function measure(): Promise<void> {
    const { core } = await connectCluster(profile);
    const { items: pods } = await core.listNamespacedPod({ namespace, labelSelector: webSelector });
    const names = new Set<string>();
    for (const { metadata, status } of pods) {
      const name = metadata?.name ?? "";
      names.add(name);
      const last = status?.containerStatuses?.[0]?.restartCount ?? 0;
      restarts.set(name, { first: restarts.get(name)?.first ?? last, last });
    }
    for (const name of new Set(pods.flatMap(({ spec }) => spec?.nodeName ?? []))) {
      // The kubelet returns JSON. The client parses the JSON, although its type says string.
      const summary: unknown = await core.connectGetNodeProxyWithPath({ name, path: "stats/summary" });
      for (const { podRef, memory } of (summary as NodeSummary).pods) {
        if (podRef.namespace !== namespace || !names.has(podRef.name)) continue;
        most = Math.max(most, (memory?.workingSetBytes ?? 0) / 1024 / 1024);
      }
    }
  }
  const tryToMeasure = async () => {
    await measure().catch(() => undefined);
  };
  async function follow(): Promise<void> {
    while (!stopping.signal.aborted) {
      await tryToMeasure();
      await sleep(intervalMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    await tryToMeasure();
  }
  const followed = follow();

  return {
    get peakMiB() {
      return most;
    },
    get restarts() {
      return [...restarts.values()].reduce((sum, { first, last }) => sum + last - first, 0);
    },
    async stop() {
      stopping.abort();
      await followed;
    },
  };
}
