import type { V1Node } from "@kubernetes/client-node";
import { list, pods, type Pod, type Stored } from "../../cluster-tests/support/cluster-objects.ts";
import { until, untilStackReady, webSelector } from "../../cluster-tests/support/stack-pods.ts";
import { setReplicas, type FaultRun } from "../fault-run.ts";

/** Number of pods to scale down from, if the nodes have room for them. */
const wanted = 5;

/** Scales to five pods, or to the number that the nodes have room for. Returns the number. */
export async function scaleUp(run: FaultRun): Promise<number> {
  const count = Math.min(wanted, await room(run.namespace));
  if (count < 3) throw new Error("the nodes have no room for a third pod");
  await setReplicas(run.stack, count);
  await run.up();
  await until(`${count} pods`, 120, async () => {
    return (await pods(run.namespace, webSelector)).length === count;
  });
  await untilStackReady(run.namespace);
  return count;
}

/** Scales to two pods. */
export async function scaleDown(run: FaultRun): Promise<void> {
  await setReplicas(run.stack, 2);
  await run.up();
  await until("two pods", 120, async () => {
    return (await pods(run.namespace, webSelector)).length === 2;
  });
}

/** Number of the service's pods that fit on the nodes by CPU, including those that run. */
async function room(namespace: string): Promise<number> {
  const nodes = await list(({ core }) => core.listNode());
  const all = await list(({ core }) =>
    core.listPodForAllNamespaces({ fieldSelector: "status.phase=Running" }),
  );
  const service = await pods(namespace, webSelector);
  const size = service[0] === undefined ? 0 : requested(service[0]);
  const free = ({ metadata, status }: Stored<V1Node>) => {
    const here = all.filter(({ spec }) => spec.nodeName === metadata.name);
    return millicores(status.allocatable?.cpu ?? "0") - here.reduce((sum, pod) => sum + requested(pod), 0);
  };
  const schedulable = nodes.filter(({ spec }) => spec.unschedulable !== true);
  return service.length + schedulable.reduce((sum, node) => sum + Math.floor(free(node) / size), 0);
}

function requested({ spec }: Pod): number {
  return spec.containers.reduce((sum, { resources }) => sum + millicores(resources?.requests?.cpu ?? "0"), 0);
}

function millicores(quantity: string): number {
  return quantity.endsWith("m") ? Number(quantity.slice(0, -1)) : Number(quantity) * 1000;
}
