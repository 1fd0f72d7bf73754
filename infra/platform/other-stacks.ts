import { partOf } from "./metadata.ts";
import { kubectlSays } from "../cluster/kubectl-query.ts";

/** Label of a stack's namespace: the random id that the stack keeps in its state. */
export const ownerLabel = "koa-mongo-stack/owner";

/** What is in the cluster already, of this stack or of others, as far as two stacks can collide in it. */
export interface OtherStacks {
  readonly namespaces: readonly StackNamespace[];
  /** Service by node port. */
  readonly nodePorts: ReadonlyMap<number, Occupant>;
  /** Ingress by host name. */
  readonly hosts: ReadonlyMap<string, Occupant>;
  /** Volume in use by the path of its directory on the node. */
  readonly directories: ReadonlyMap<string, Occupant>;
}

/** A namespace, and the stack that owns it. */
export interface StackNamespace {
  readonly name: string;
  /** Whether a stack of this project created it. */
  readonly isStack: boolean;
  /** The stack's id. Undefined where no stack created it, or one of a version before the label. */
  readonly owner: string | undefined;
}

/** An object that holds something that the cluster has only once. */
export interface Occupant {
  readonly kind: "Service" | "Ingress" | "PersistentVolume";
  readonly name: string;
  readonly namespace: string;
}

/** The parts of Kubernetes' objects that are needed here. */
interface Item {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly ports?: readonly { readonly nodePort?: number }[];
    readonly rules?: readonly { readonly host?: string }[];
    readonly hostPath?: { readonly path: string };
    readonly claimRef?: { readonly namespace?: string };
  };
}

const kinds = "namespaces,persistentvolumes,services,ingresses";

/**
 * Asks the cluster, or gives undefined where kubectl can't say: then Kubernetes itself has to reject what collides.
 * @param context the kubeconfig's current one where it is undefined
 */
export async function findOtherStacks(context: string | undefined): Promise<OtherStacks | undefined> {
  return await kubectlSays(context, ["get", kinds, "--all-namespaces", "--output", "json"], (output) =>
    otherStacksIn((JSON.parse(output) as { items: Item[] }).items),
  );
}

function otherStacksIn(items: readonly Item[]): OtherStacks {
  const of = (kind: string) => items.filter((item) => item.kind === kind);
  return {
    namespaces: of("Namespace").map(({ metadata }) => ({
      name: metadata.name,
      isStack: Object.entries(partOf).every(([key, value]) => metadata.labels?.[key] === value),
      owner: metadata.labels?.[ownerLabel],
    })),
    nodePorts: new Map(
      of("Service").flatMap((item) =>
        (item.spec?.ports ?? []).flatMap(({ nodePort }) =>
          nodePort === undefined ? [] : [[nodePort, occupant("Service", item)] as const],
        ),
      ),
    ),
    hosts: new Map(
      of("Ingress").flatMap((item) =>
        (item.spec?.rules ?? []).flatMap(({ host }) =>
          host === undefined ? [] : [[host, occupant("Ingress", item)] as const],
        ),
      ),
    ),
    directories: new Map(
      of("PersistentVolume").flatMap((item) => {
        const { hostPath, claimRef } = item.spec ?? {};
        if (hostPath === undefined || claimRef?.namespace === undefined) return [];
        const volume = occupant("PersistentVolume", item);
        return [[hostPath.path, { ...volume, namespace: claimRef.namespace }] as const];
      }),
    ),
  };
}

function occupant(kind: Occupant["kind"], { metadata }: Item): Occupant {
  return { kind, name: metadata.name, namespace: metadata.namespace ?? "" };
}
