import type { V1ObjectMeta, V1Pod } from "@kubernetes/client-node";
import { queryCluster, type ClusterClient } from "../../../tools/kubernetes/cluster-client.ts";
import { profile } from "./cluster-kubectl.ts";

/** An object from the API server. Unlike an object to create, a stored one always has these parts. */
export type Stored<T> = T &
  Required<Pick<T, keyof T & ("spec" | "status")>> & {
    readonly metadata: V1ObjectMeta & { readonly name: string; readonly uid: string };
  };

/** A pod from the API server. */
export type Pod = Stored<V1Pod>;

/**
 * Lists objects.
 * @param context a context of the kubeconfig. @default the running minikube
 * @throws {UserError} with the reason why the cluster does not answer
 */
export async function list<T>(
  question: (client: ClusterClient) => Promise<{ readonly items: T[] }>,
  context = profile,
): Promise<Stored<T>[]> {
  return (await queryCluster(context, question)).items as Stored<T>[];
}

/** Pods of a namespace, optionally with these labels. */
export async function pods(namespace: string, labelSelector?: string): Promise<Pod[]> {
  return await list(({ core }) =>
    core.listNamespacedPod({ namespace, ...(labelSelector !== undefined && { labelSelector }) }),
  );
}
