import type { NodeFacts } from "./nodes.ts";
import { bytesOf, milliCpuOf } from "./quantity.ts";

/** A pod's resource requests, as Kubernetes quantities. */
export interface Requests {
  readonly cpu: string;
  readonly memory: string;
}

/**
 * Returns why the autoscaler can't reach maxReplicas, or undefined if the nodes have room for so many pods. The
 * room is an upper limit, because other pods on the nodes use some of it.
 * @param nodes undefined if unknown: then nothing is checked
 * @param pod requests of one pod of the service
 * @param others requests of the stack's other pods, one entry for each pod
 */
export function capacityProblem(
  nodes: readonly NodeFacts[] | undefined,
  maxReplicas: number,
  pod: Requests,
  others: readonly Requests[],
): string | undefined {
  if (nodes === undefined) return undefined;
  const room = podsThatFit(nodes, pod, others);
  if (room >= maxReplicas) return undefined;
  return (
    `maxReplicas is ${maxReplicas}, and the ${nodes.length === 1 ? "node has" : `${nodes.length} nodes have`} room for ` +
    `at most ${room} pods. Add nodes, or run: pulumi config set maxReplicas ${Math.max(1, room)}`
  );
}

/** Subtracts the other pods from the nodes with the most CPU, then counts whole pods on each node. */
function podsThatFit(nodes: readonly NodeFacts[], pod: Requests, others: readonly Requests[]): number {
  const free = nodes.map(({ milliCpu, memoryBytes }) => ({ milliCpu, memoryBytes }));
  for (const other of others) {
    const [largest] = free.sort((a, b) => b.milliCpu - a.milliCpu);
    if (largest === undefined) break;
    largest.milliCpu -= milliCpuOf(other.cpu);
    largest.memoryBytes -= bytesOf(other.memory);
  }
  const fit = ({ milliCpu, memoryBytes }: { milliCpu: number; memoryBytes: number }) =>
    Math.max(0, Math.floor(Math.min(milliCpu / milliCpuOf(pod.cpu), memoryBytes / bytesOf(pod.memory))));
  return free.reduce((sum, node) => sum + fit(node), 0);
}
