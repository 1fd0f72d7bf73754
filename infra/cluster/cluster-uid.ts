import { kubectlSays, requireAnswer } from "./kubectl-query.ts";

/** What kubectl is asked for: the UID of the namespace kube-system, which no cluster shares with another. */
export const uidQuery = ["get", "namespace", "kube-system", "--output", "jsonpath={.metadata.uid}"];

/** As Kubernetes writes them. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Milliseconds: meanwhile nobody asks minikube whether its cluster runs. */
const firstLookMs = 3000;

const understand = (output: string) => uuid.exec(output)?.[0];

/** The cluster's identity if it answers at once, or undefined. */
export async function findClusterUid(context: string | undefined): Promise<string | undefined> {
  return await kubectlSays(context, uidQuery, understand, firstLookMs);
}

/**
 * The cluster's identity, which it has no more after it was deleted and made anew. Undefined where kubectl can't say: it
 * is not on PATH, or is not permitted to.
 * @param context the kubeconfig's current one where it is undefined
 * @throws {RunError} the cluster did not answer, and the command that shows why
 */
export async function requireClusterUid(context: string | undefined): Promise<string | undefined> {
  return await requireAnswer(context, uidQuery, understand);
}
