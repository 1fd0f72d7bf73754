import { kubectlSays } from "./kubectl-query.ts";
import { cpuOf, memoryOf } from "./quantity.ts";

/** What the program needs to know of a node. */
export interface NodeFacts {
  readonly name: string;
  /** What an address of it is from outside, or at least from inside. */
  readonly address: string | undefined;
  /** As Docker names it: "linux/amd64". */
  readonly platform: string;
  /** What its pods may use together: CPU in thousandths, memory in bytes. */
  readonly cpu: number;
  readonly memory: number;
  /** Version of its kubelet, such as "v1.34.4". The API server is as new, or newer. */
  readonly kubelet?: string;
}

/** The parts of a Node that are needed here. */
interface KubernetesNode {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly effect: string }[];
  };
  readonly status: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly allocatable?: { readonly cpu?: string; readonly memory?: string };
    readonly nodeInfo?: {
      readonly operatingSystem: string;
      readonly architecture: string;
      readonly kubeletVersion?: string;
    };
  };
}

/**
 * The nodes that take pods, or undefined where kubectl can't say.
 * @param context the kubeconfig's current one where it is undefined
 */
export async function findNodes(context: string | undefined): Promise<readonly NodeFacts[] | undefined> {
  return await kubectlSays(context, ["get", "nodes", "--output", "json"], (output) =>
    (JSON.parse(output) as { items: KubernetesNode[] }).items.filter(takesPods).map(facts),
  );
}

function takesPods({ spec }: KubernetesNode): boolean {
  const repels = spec.taints?.some(({ effect }) => effect !== "PreferNoSchedule") ?? false;
  return spec.unschedulable !== true && !repels;
}

function facts({ metadata, status }: KubernetesNode): NodeFacts {
  const { addresses = [], allocatable = {}, nodeInfo } = status;
  const address = (type: string) => addresses.find((found) => found.type === type)?.address;
  return {
    name: metadata.name,
    address: address("ExternalIP") ?? address("InternalIP"),
    platform: `${nodeInfo?.operatingSystem ?? "linux"}/${nodeInfo?.architecture ?? "amd64"}`,
    cpu: cpuOf(allocatable.cpu ?? "0"),
    memory: memoryOf(allocatable.memory ?? "0"),
    ...(nodeInfo?.kubeletVersion === undefined ? {} : { kubelet: nodeInfo.kubeletVersion }),
  };
}
