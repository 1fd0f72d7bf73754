import { setTimeout as sleep } from "node:timers/promises";
import { askKubectl } from "../kubernetes/kubectl.ts";
import { webSelector } from "./web-selector.ts";
import type { Watch } from "./cluster-watch.ts";

/** Follows the memory of the service's pods. */
export interface MemoryWatch extends Watch {
  /** Mebibytes that the largest of them has used. */
  readonly most: number;
  /** How often one of their containers was started again. */
  readonly restarts: number;
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly containerStatuses?: readonly { readonly restartCount: number }[] };
}

/** What the kubelet says of a node's pods. */
interface NodeSummary {
  readonly pods: readonly {
    readonly podRef: { readonly name: string; readonly namespace: string };
    readonly memory?: { readonly workingSetBytes?: number };
  }[];
}

/** Milliseconds between looks: the kubelet itself measures every ten seconds or so. */
const period = 3000;

/** Begins to follow it. A cluster that does not answer is asked again. */
export function watchMemory(profile: string, namespace: string): MemoryWatch {
  const stopping = new AbortController();
  /** Restarts of each pod, when it was first seen and last. */
  const restarts = new Map<string, { readonly first: number; readonly last: number }>();
  let most = 0;

  async function look(): Promise<void> {
    const selection = ["pods", "--namespace", namespace, "--selector", webSelector, "--output", "json"];
    const { items: pods = [] } = (await get<{ items: Pod[] }>(profile, selection)) ?? {};
    for (const { metadata, status } of pods) {
      const last = status.containerStatuses?.[0]?.restartCount ?? 0;
      restarts.set(metadata.name, { first: restarts.get(metadata.name)?.first ?? last, last });
    }
    const names = new Set(pods.map(({ metadata }) => metadata.name));
    for (const node of new Set(pods.flatMap(({ spec }) => spec.nodeName ?? []))) {
      const summary = await get<NodeSummary>(profile, ["--raw", `/api/v1/nodes/${node}/proxy/stats/summary`]);
      for (const { podRef, memory } of summary?.pods ?? []) {
        if (podRef.namespace !== namespace || !names.has(podRef.name)) continue;
        most = Math.max(most, (memory?.workingSetBytes ?? 0) / 1024 / 1024);
      }
    }
  }
  async function follow(): Promise<void> {
    while (!stopping.signal.aborted) {
      await look();
      await sleep(period, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    await look();
  }
  const followed = follow();

  return {
    get most() {
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

async function get<T>(profile: string, what: readonly string[]): Promise<T | undefined> {
  const answer = await askKubectl(profile, ["get", ...what]);
  return answer.kind === "ok" ? (JSON.parse(answer.stdout) as T) : undefined;
}
