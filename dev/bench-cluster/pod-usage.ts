import { connectCluster } from "../../tools/kubernetes/cluster-client.ts";

/** CPU time of a kind of pods, as the kubelet counts it. */
export interface PodUsage {
  /** Seconds since the start of each, added up. */
  readonly cpuSeconds: number;
  /** When the kubelet measured, in seconds since 1970, on average. */
  readonly at: number;
}

/** What the kubelet says of a node's pods. */
interface NodeSummary {
  readonly pods: readonly {
    readonly podRef: { readonly name: string; readonly namespace: string };
    readonly cpu?: { readonly time: string; readonly usageCoreNanoSeconds?: number };
  }[];
}

/** Reads the CPU time of the pods that a label selects. */
export async function podUsage(profile: string, namespace: string, labelSelector: string): Promise<PodUsage> {
  const { core } = await connectCluster(profile);
  const { items } = await core.listNamespacedPod({ namespace, labelSelector });
  const names = new Set(items.map(({ metadata }) => metadata?.name));
  const nodes = new Set(items.flatMap(({ spec }) => spec?.nodeName ?? []));
  const summaries = await Promise.all(
    // The kubelet answers with JSON, which the client parses although it calls it a string.
    [...nodes].map((name): Promise<unknown> =>
      core.connectGetNodeProxyWithPath({ name, path: "stats/summary" }),
    ),
  );
  const pods = summaries
    .flatMap((summary) => (summary as NodeSummary).pods)
    .filter(({ podRef }) => podRef.namespace === namespace && names.has(podRef.name));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    cpuSeconds: sum(pods.map(({ cpu }) => (cpu?.usageCoreNanoSeconds ?? NaN) / 1e9)),
    at: sum(pods.map(({ cpu }) => Date.parse(cpu?.time ?? "") / 1000)) / pods.length,
  };
}

/** CPUs that were used from one measurement to the next. NaN if the kubelet has not measured again. */
export function cpusBetween(start: PodUsage, end: PodUsage): number {
  const seconds = end.at - start.at;
  return seconds > 0 ? (end.cpuSeconds - start.cpuSeconds) / seconds : NaN;
}
