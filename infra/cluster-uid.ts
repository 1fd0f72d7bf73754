import { askKubectl } from "./kubectl.ts";

/** As Kubernetes writes them. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The UID of the namespace kube-system, which no other cluster has, nor this one after it was deleted and made anew.
 * Undefined where kubectl can't say.
 * @param context the kubeconfig's current one where it is undefined
 */
export async function findClusterUid(context: string | undefined): Promise<string | undefined> {
  const uid = await askKubectl(context, [
    "get",
    "namespace",
    "kube-system",
    "--output",
    "jsonpath={.metadata.uid}",
  ]);
  return uid !== undefined && uuid.test(uid) ? uid : undefined;
}
