import { readFile } from "node:fs/promises";
import { parseAllDocuments } from "yaml";
import { runKubectl } from "../../support/cluster-kubectl.ts";
import { removeAtInterrupt } from "../../support/interrupt.ts";

/** A Kubernetes object. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [part: string]: unknown;
}

/** Deletes what a test has installed. A second call does nothing. */
export type Remove = () => Promise<void>;

/** Seconds that a deletion may take. */
const deletionSeconds = 180;

/**
 * Creates objects, or updates those that an interrupted test left. Ctrl-C deletes them.
 * @returns deletes them, and waits until they are gone
 * @throws {Error} with what kubectl said. The objects that exist until then are deleted
 */
export async function install(...objects: readonly KubernetesObject[]): Promise<Remove> {
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  let isInstalled = true;
  const remove = async () => {
    if (!isInstalled) return;
    isInstalled = false;
    forget();
    await ask(["delete", "--ignore-not-found", `--timeout=${deletionSeconds}s`, "--filename=-"], list);
  };
  const forget = removeAtInterrupt(remove);
  await removeUnless(remove, async () => {
    // Definitions of custom resources are too large for an annotation of the client.
    await ask(["apply", "--server-side", "--force-conflicts", "--filename=-"], list);
  });
  return remove;
}

/**
 * Does what follows an installation, and removes the installation if that fails.
 * @throws the error of the work, also if the removal fails
 */
export async function removeUnless<T>(remove: Remove, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await remove().catch(() => undefined);
    throw error;
  }
}

/** The objects of a publisher's manifest. */
export async function readManifest(file: string): Promise<KubernetesObject[]> {
  const documents = parseAllDocuments(await readFile(file, "utf8"));
  // A document may be empty, as the first one of many files is.
  return documents
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
}

/** A namespace. */
export function namespaceObject(
  name: string,
  labels: Readonly<Record<string, string>> = {},
): KubernetesObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

async function ask(args: readonly string[], input: string): Promise<void> {
  const { code, stderr, stdout } = await runKubectl(args, { input });
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")} ended with ${code}: ${stderr}${stdout}`);
}
