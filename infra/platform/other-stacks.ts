import { partOf } from "./metadata.ts";
import { queryKubectl } from "../cluster/kubectl-query.ts";

/** Label of a stack's namespace. The value is the random id that the stack keeps in its state. */
export const ownerLabel = "koa-mongo-stack/owner";

/** Objects in the cluster, of all stacks and other programs, that this stack can collide with. */
export interface OtherStacks {
  readonly namespaces: readonly StackNamespace[];
  readonly occupants: readonly Occupant[];
}

/** A namespace, and the stack that owns it. */
export interface StackNamespace {
  readonly name: string;
  /** Whether a stack of this project created it. */
  readonly isStack: boolean;
  /** The stack's id. Undefined if no stack created the namespace, or a version before this label did. */
  readonly owner: string | undefined;
}

/** An object that holds something unique in the cluster. */
export interface Occupant {
  readonly kind: "Service" | "Ingress" | "PersistentVolume";
  readonly name: string;
  /** Namespace of the object. For a volume: the namespace of its claim. */
  readonly namespace: string;
  /** A node port, the host name of an Ingress that takes every path, or a directory on a node. */
  readonly holds: number | string;
}

/** The parts of Kubernetes objects that this program reads. */
interface Item {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly ports?: readonly { readonly nodePort?: number }[];
    readonly rules?: readonly {
      readonly host?: string;
      readonly http?: { readonly paths?: readonly { readonly path?: string }[] };
    }[];
    readonly hostPath?: { readonly path: string };
    readonly claimRef?: { readonly namespace?: string };
  };
}

const kinds = "namespaces,persistentvolumes,services,ingresses";

/**
 * Lists the objects of the cluster. Returns undefined if kubectl can't: then Kubernetes itself rejects collisions.
 * @param context kubeconfig context; undefined means the current one
 */
export async function findOtherStacks(context: string | undefined): Promise<OtherStacks | undefined> {
  return await queryKubectl(context, ["get", kinds, "--all-namespaces", "--output", "json"], (output) =>
    otherStacksIn((JSON.parse(output) as { items: Item[] }).items),
  );
}

function otherStacksIn(items: readonly Item[]): OtherStacks {
  return {
    namespaces: items
      .filter(({ kind }) => kind === "Namespace")
      .map(({ metadata }) => ({
        name: metadata.name,
        isStack: Object.entries(partOf).every(([key, value]) => metadata.labels?.[key] === value),
        owner: metadata.labels?.[ownerLabel],
      })),
    occupants: items.flatMap<Occupant>(({ kind, metadata, spec = {} }) => {
      const { name, namespace = "" } = metadata;
      switch (kind) {
        case "Service":
          return nodePorts(spec).map((holds) => ({ kind, name, namespace, holds }));
        case "Ingress":
          return exclusiveHosts(spec).map((holds) => ({ kind, name, namespace, holds }));
        case "PersistentVolume": {
          const { hostPath, claimRef } = spec;
          if (hostPath === undefined || claimRef?.namespace === undefined) return [];
          return [{ kind, name, namespace: claimRef.namespace, holds: hostPath.path }];
        }
        default:
          return [];
      }
    }),
  };
}

type Spec = NonNullable<Item["spec"]>;

function nodePorts({ ports = [] }: Spec): number[] {
  return ports.flatMap(({ nodePort }) => (nodePort === undefined ? [] : [nodePort]));
}

/** Hosts that an Ingress takes with every path. Other Ingresses may share a host by its paths. */
function exclusiveHosts({ rules = [] }: Spec): string[] {
  const isRoot = (path: string | undefined) => path === undefined || path === "/";
  return rules.flatMap(({ host, http }) =>
    host !== undefined && http?.paths?.some(({ path }) => isRoot(path)) === true ? [host] : [],
  );
}
