import type { NodeFacts } from "./nodes.ts";
import { cpuOf, memoryOf } from "./quantity.ts";

/** What a pod asks for, as Kubernetes quantities. */
export interface Requests {
  readonly cpu: string;
  readonly memory: string;
}

/**
 * Why the autoscaler can't reach maxReplicas, or undefined if the nodes have room for them. The room is an upper limit:
 * whatever else runs on the nodes takes from it.
 * @param nodes nothing is said where nobody knows them
 * @param pod what one pod of the service asks for
 * @param others what else of the stack asks for, pod by pod
 */
export function capacityFault(
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
    `${room} pods at most: add nodes, or lower it. Run: pulumi config set maxReplicas ${Math.max(1, room)}`
  );
}

/** Each node takes whole pods; the others go where most room is. */
function podsThatFit(nodes: readonly NodeFacts[], pod: Requests, others: readonly Requests[]): number {
  const free = nodes.map(({ cpu, memory }) => ({ cpu, memory }));
  for (const other of others) {
    const [largest] = free.sort((a, b) => b.cpu - a.cpu);
    if (largest === undefined) break;
    largest.cpu -= cpuOf(other.cpu);
    largest.memory -= memoryOf(other.memory);
  }
  const fit = ({ cpu, memory }: { cpu: number; memory: number }) =>
    Math.max(0, Math.floor(Math.min(cpu / cpuOf(pod.cpu), memory / memoryOf(pod.memory))));
  return free.reduce((sum, node) => sum + fit(node), 0);
}
