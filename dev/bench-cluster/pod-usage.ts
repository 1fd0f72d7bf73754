import { connectCluster } from "../../tools/kubernetes/cluster-client.ts";

/** CPU time of the pods of one kind, as measured by the kubelet. */
export interface PodUsage {
  /** CPU time of all pods since their start. */
  readonly cpuSeconds: number;
  /** Average time of the kubelet's measurements, in seconds since 1970. */
  readonly at: number;
  /** When the kubelet measured the first and the last of the pods. */
  readonly first: number;
  readonly last: number;
}

/** The kubelet's measurements of a node's pods. */
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
    // The kubelet answers with JSON. The client parses the JSON, although its type is a string.
    [...nodes].map((name): Promise<unknown> =>
      core.connectGetNodeProxyWithPath({ name, path: "stats/summary" }),
    ),
  );
  const pods = summaries
    .flatMap((summary) => (summary as NodeSummary).pods)
    .filter(({ podRef }) => podRef.namespace === namespace && names.has(podRef.name));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const times = pods.map(({ cpu }) => Date.parse(cpu?.time ?? "") / 1000);
  return {
    cpuSeconds: sum(pods.map(({ cpu }) => (cpu?.usageCoreNanoSeconds ?? NaN) / 1e9)),
    at: sum(times) / times.length,
    first: Math.min(...times),
    last: Math.max(...times),
  };
}

/**
 * Repeats some work until the kubelet has measured every pod twice. The first measurement may be of the time before the
 * work.
 * @param timeoutMs time limit in milliseconds. @default two minutes: the kubelet measures every ten seconds
 * @returns whether the kubelet has measured
 */
export async function untilMeasuredTwice(
  usage: () => Promise<readonly PodUsage[]>,
  work: () => Promise<unknown>,
  timeoutMs = 120_000,
): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  let seen = await usage();
  let count = 0;
  while (count < 2 && performance.now() < end) {
    await work();
    const next = await usage();
    if (!next.every(({ first }, kind) => first > (seen[kind]?.last ?? NaN))) continue;
    seen = next;
    count++;
  }
  return count === 2;
}

/** CPUs that were used from one measurement to the next. NaN if the kubelet has not measured again. */
export function cpusBetween(
  start: Pick<PodUsage, "cpuSeconds" | "at">,
  end: Pick<PodUsage, "cpuSeconds" | "at">,
): number {
  const seconds = end.at - start.at;
  return seconds > 0 ? (end.cpuSeconds - start.cpuSeconds) / seconds : NaN;
}
