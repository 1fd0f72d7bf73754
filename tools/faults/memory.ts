import { setTimeout as sleep } from "node:timers/promises";
import { kubectl } from "../../infra/test/e2e/cluster.ts";
import { onePod, pods, webSelector } from "./cluster.ts";

/** What the kubelet says of a node's pods. */
interface NodeSummary {
  readonly pods: readonly {
    readonly podRef: { readonly name: string; readonly namespace: string };
    readonly memory?: { readonly workingSetBytes?: number };
  }[];
}

/** Mebibytes that the largest of the service's pods uses while `work` goes on, and how often a container restarted. */
export async function watchMemory(
  namespace: string,
  work: () => Promise<void>,
): Promise<{ most: number; restarts: number }> {
  const before = await restarts(namespace);
  const done = new AbortController();
  let most = 0;
  const working = work().finally(() => {
    done.abort();
  });
  while (!done.signal.aborted) {
    most = Math.max(most, await largest(namespace).catch(() => 0));
    await sleep(3000, undefined, { signal: done.signal }).catch(() => undefined);
  }
  await working;
  return { most, restarts: (await restarts(namespace)) - before };
}

async function largest(namespace: string): Promise<number> {
  const { spec } = await onePod(namespace, webSelector);
  const path = `/api/v1/nodes/${spec.nodeName ?? ""}/proxy/stats/summary`;
  const summary = JSON.parse(await kubectl("get", "--raw", path)) as NodeSummary;
  const ofService = summary.pods.filter(
    ({ podRef }) => podRef.namespace === namespace && !podRef.name.startsWith("mongodb"),
  );
  return Math.max(...ofService.map(({ memory }) => (memory?.workingSetBytes ?? 0) / 1024 / 1024));
}

async function restarts(namespace: string): Promise<number> {
  const all = await pods(namespace, webSelector);
  return all.reduce((sum, { status }) => sum + (status.containerStatuses?.[0]?.restartCount ?? 0), 0);
}
