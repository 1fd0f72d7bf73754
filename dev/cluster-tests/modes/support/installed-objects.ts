import { askKubectl } from "../../support/cluster-kubectl.ts";
import { removeAtInterrupt } from "../../support/interrupt.ts";

/** A Kubernetes object. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [part: string]: unknown;
}

/** Deletes what a test has installed. A second call does nothing. */
export type Remove = () => Promise<void>;

/** Creates objects, or updates those that an interrupted test left behind. Ctrl-C deletes them. */
export async function install(...objects: readonly KubernetesObject[]): Promise<Remove> {
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  let isInstalled = true;
  const remove = async () => {
    if (!isInstalled) return;
    isInstalled = false;
    forget();
    await ask(["delete", "--ignore-not-found", "--filename=-"], list);
  };
  const forget = removeAtInterrupt(remove);
  try {
    await ask(["apply", "--server-side", "--force-conflicts", "--filename=-"], list);
  } catch (error) {
    await remove();
    throw error;
  }
  return remove;
}

/** Manifest of a namespace. */
export function namespaceObject(name: string): KubernetesObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}

async function ask(args: readonly string[], input: string): Promise<void> {
  const { code, stderr } = await askKubectl(args, { input });
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")} ended with ${code}: ${stderr}`);
}
