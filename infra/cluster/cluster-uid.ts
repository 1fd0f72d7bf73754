import { queryKubectl, requireAnswer } from "./kubectl-query.ts";

/** Arguments of kubectl that print the UID of the namespace kube-system, which is unique to each cluster. */
export const uidQuery = ["get", "namespace", "kube-system", "--output", "jsonpath={.metadata.uid}"];

/** The form in which Kubernetes prints a UID. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Milliseconds. Until then, minikube is not asked whether the cluster runs. */
const firstQueryTimeoutMs = 3000;

const parseUid = (output: string) => uuid.exec(output)?.[0];

/** Returns the cluster's identity, or undefined if the cluster doesn't answer quickly. */
export async function findClusterUid(context: string | undefined): Promise<string | undefined> {
  return await queryKubectl(context, uidQuery, parseUid, firstQueryTimeoutMs);
}

/**
 * Returns the cluster's identity, which changes when the cluster is deleted and created again. Undefined if kubectl
 * is not on PATH or not permitted to read the identity.
 * @param context kubeconfig context; undefined means the current one
 * @throws {RunError} the cluster did not answer: shows the command that says why
 */
export async function requireClusterUid(context: string | undefined): Promise<string | undefined> {
  return await requireAnswer(context, uidQuery, parseUid);
}
