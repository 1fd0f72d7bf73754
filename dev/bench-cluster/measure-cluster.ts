import { startClient } from "../bench/start-contender.ts";
import { document, workloads } from "../bench/workloads.ts";
import { mongodbSelector, untilStackReady, webSelector } from "../cluster-tests/support/stack-pods.ts";
import { profile } from "../cluster-tests/support/cluster-kubectl.ts";
import { createTestStack, type Outputs, type TestStack } from "../cluster-tests/support/test-stack.ts";
import { createClient } from "../../tools/traffic/http-client.ts";
import { watchMemory } from "../../tools/traffic/pod-memory.ts";
import type { MemoryUse, Scale } from "./cluster-report.ts";
import { idleConnections, largeBodies, mixedResult, type LoadResult } from "./memory-loads.ts";
import { cpusBetween, podUsage, untilMeasuredTwice } from "./pod-usage.ts";

/** Durations of the measurements. */
export interface Plan {
  /** Duration of the load of 64 clients whose memory is measured. */
  readonly memorySeconds: number;
  /** Duration of each load of the scale-out. The kubelet measures about every ten seconds. */
  readonly scaleSeconds: number;
}

const clients = 64;
/** Number of documents to read. */
const documents = 10_000;
const podCounts = [1, 2, 4] as const;
const loads = ["byId", "insert"] as const;

/** Milliseconds of load between two looks at what the kubelet has measured. */
const stepMs = 2000;

type LoadClient = ReturnType<typeof startClient>;

/** Deploys a stack of its own on the running minikube, measures, and destroys the stack. */
export async function measureCluster(
  plan: Plan,
  print: (line: string) => void,
): Promise<{ readonly memory: MemoryUse[]; readonly scales: Scale[] }> {
  const stack = await createTestStack("bench-cluster");
  const client = startClient();
  try {
    const memory: MemoryUse[] = [];
    const scales: Scale[] = [];
    let ids: string[] | undefined;
    for (const pods of podCounts) {
      const outputs = await scaleTo(stack, pods);
      print(`${pods} pods are ready`);
      ids ??= await addDocuments(outputs.url);
      for (const workload of loads) {
        scales.push(await measureScale(client, { outputs, pods, workload, ids }, plan));
        print(JSON.stringify(scales.at(-1)));
      }
      if (pods > 1) continue;
      for (const [load, run] of memoryLoads(client, outputs.url, ids, plan)) {
        memory.push(await measureMemory(outputs.namespace, load, run));
        print(JSON.stringify(memory.at(-1)));
      }
    }
    return { memory, scales };
  } finally {
    await client.close();
    await stack.remove();
  }
}

async function scaleTo(stack: TestStack, pods: number): Promise<Outputs> {
  await stack.set("minReplicas", String(pods));
  await stack.set("maxReplicas", String(pods));
  const { outputs } = await stack.up();
  await untilStackReady(outputs.namespace);
  return outputs;
}

/** Adds the documents to read, and returns their ids. */
async function addDocuments(url: string): Promise<string[]> {
  const client = createClient(url, { connections: clients });
  const ids: string[] = [];
  const add = async () => {
    while (ids.length < documents) {
      const { status, json } = await client.send({ method: "POST", path: "/data", body: document });
      if (status === 201) ids.push((json as { _id: string })._id);
    }
  };
  await Promise.all(Array.from({ length: clients }, add));
  client.close();
  return ids;
}

/** A load of the scale-out. */
interface ScaleLoad extends Pick<Scale, "pods"> {
  readonly outputs: Outputs;
  readonly workload: (typeof loads)[number];
  readonly ids: readonly string[];
}

async function measureScale(
  client: LoadClient,
  { outputs: { url, namespace }, pods, workload, ids }: ScaleLoad,
  { scaleSeconds }: Plan,
): Promise<Scale> {
  const usage = () =>
    Promise.all([webSelector, mongodbSelector].map((each) => podUsage(profile, namespace, each)));
  const load = { url, clients, workload, ids, durationMs: scaleSeconds * 1000 };
  const step = () => client.measure({ ...load, warmUpMs: 0, durationMs: stepMs });
  const isMeasured = await untilMeasuredTwice(usage, step);
  const [webStart, mongodbStart] = await usage();
  const { rate, failed } = await client.measure({ ...load, warmUpMs: 1000 });
  const [webEnd, mongodbEnd] = await usage();
  if (!webStart || !mongodbStart || !webEnd || !mongodbEnd) throw new Error("no usage");
  return {
    pods,
    workload: workloads[workload],
    rate,
    failed,
    webCpus: isMeasured ? cpusBetween(webStart, webEnd) : NaN,
    mongodbCpus: isMeasured ? cpusBetween(mongodbStart, mongodbEnd) : NaN,
  };
}

function memoryLoads(client: LoadClient, url: string, ids: readonly string[], { memorySeconds }: Plan) {
  const mixed = async () => {
    const load = {
      url,
      clients,
      workload: "mix",
      ids,
      warmUpMs: 1000,
      durationMs: memorySeconds * 1000,
    } as const;
    return mixedResult(await client.measure(load));
  };
  // Large bodies last, because V8 keeps much of the memory that they needed.
  return [
    ["1,000 idle connections", () => idleConnections(url, 1000)],
    [`${clients} clients for ${memorySeconds} s`, mixed],
    ["200 bodies of 100 KiB at once", () => largeBodies(url, 200)],
  ] as const;
}

async function measureMemory(
  namespace: string,
  load: string,
  run: () => Promise<LoadResult>,
): Promise<MemoryUse> {
  const watch = watchMemory(profile, namespace);
  try {
    const result = await run();
    await watch.stop();
    return { load, ...result, memoryMiB: watch.peakMiB, restarts: watch.restarts };
  } finally {
    await watch.stop();
  }
}
