import { runKubectl, kubectl } from "../../cluster-tests/support/cluster-kubectl.ts";
import { list, pods } from "../../cluster-tests/support/cluster-objects.ts";
import {
  mongodbSelector,
  onePod,
  until,
  untilStackReady,
  webSelector,
} from "../../cluster-tests/support/stack-pods.ts";
import type { FaultRun } from "../fault-run.ts";

/** Drains a node without MongoDB. On a single node, evicts each pod, as a drain would. */
export async function drainNode(faults: FaultRun): Promise<string[]> {
  const nodes = await list(({ core }) => core.listNode());
  const { spec } = await onePod(faults.namespace, mongodbSelector);
  const withoutDatabase = nodes.find(({ metadata }) => metadata.name !== spec.nodeName);
  return withoutDatabase === undefined
    ? await evictAll(faults)
    : await drain(withoutDatabase.metadata.name, faults.namespace);
}

async function drain(node: string, namespace: string): Promise<string[]> {
  const before = (await pods(namespace, webSelector)).filter(({ spec }) => spec.nodeName === node);
  await kubectl("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=180s");
  await untilStackReady(namespace);
  await kubectl("uncordon", node);
  return [`kubectl drain of a node with ${before.length} of the service's pods`];
}

async function evictAll({ namespace }: FaultRun): Promise<string[]> {
  const evicted = (await pods(namespace, webSelector)).map(({ metadata }) => metadata.name);
  let rejections = 0;
  for (const pod of evicted) {
    await until(`${pod} may be evicted`, 120, async () => {
      const done = await evict(namespace, pod);
      if (!done) rejections++;
      return done;
    });
  }
  if (rejections === 0) throw new Error("the disruption budget let both pods be evicted at once");
  return [
    `one node: ${evicted.length} pods by the Eviction API, which rejected the second eviction until the first pod was replaced`,
  ];
}

/** Evicts a pod through the API. Returns false if the disruption budget rejects the eviction. */
async function evict(namespace: string, name: string): Promise<boolean> {
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
  const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
  const args = ["create", "--raw", path, "--filename", "-"];
  const { code, stdout, stderr } = await runKubectl(args, { input: JSON.stringify(eviction) });
  if (code !== 0 && !stderr.includes("disruption budget"))
    throw new Error(`eviction of ${name}: ${stderr}${stdout}`);
  return code === 0;
}
