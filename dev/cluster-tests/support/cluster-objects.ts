import type { V1ObjectMeta, V1Pod } from "@kubernetes/client-node";
import { askCluster, type ClusterClient } from "../../../tools/kubernetes/cluster-client.ts";
import { profile } from "./cluster-kubectl.ts";

/** An object that the API server returned. Unlike an object to be created, it always has these parts. */
export type Stored<T> = T &
  Required<Pick<T, keyof T & ("spec" | "status")>> & {
    readonly metadata: V1ObjectMeta & { readonly name: string; readonly uid: string };
  };

/** A pod that the API server returned. */
export type Pod = Stored<V1Pod>;

/**
 * The objects of a list.
 * @param context a context of the kubeconfig. @default the minikube that runs
 * @throws {UserError} why the cluster does not answer
 */
export async function list<T>(
  question: (client: ClusterClient) => Promise<{ readonly items: T[] }>,
  context = profile,
): Promise<Stored<T>[]> {
  return (await askCluster(context, question)).items as Stored<T>[];
}

/** The pods of a namespace, with these labels if there are any. */
export async function pods(namespace: string, labelSelector?: string): Promise<Pod[]> {
  return await list(({ core }) =>
    core.listNamespacedPod({ namespace, ...(labelSelector !== undefined && { labelSelector }) }),
  );
}
