import { kubectlSays } from "./kubectl-query.ts";

/** What kubectl is asked for: the UID of the namespace kube-system, which no cluster shares with another. */
export const uidQuery = ["get", "namespace", "kube-system", "--output", "jsonpath={.metadata.uid}"];

/** As Kubernetes writes them. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Milliseconds: who asks waits with what minikube has to say of a cluster that does not answer. */
const patience = 3000;

/**
 * The cluster's identity, which it has no more after it was deleted and made anew. Undefined where kubectl can't say.
 * @param context the kubeconfig's current one where it is undefined
 */
export async function findClusterUid(context: string | undefined): Promise<string | undefined> {
  return await kubectlSays(context, uidQuery, (output) => uuid.exec(output)?.[0], patience);
}
