import { readFile } from "node:fs/promises";
import { parseAllDocuments } from "yaml";
import { operatorVersion } from "../../../../infra/mongodb/operator-replica-set.ts";
import { askKubectl, kubectl } from "../../support/cluster-kubectl.ts";
import { names } from "../../support/running-cluster.ts";

/** Image of Percona Operator for MongoDB, in the version that the program installs. */
export const operatorImage = `percona/percona-server-mongodb-operator:${operatorVersion}`;
/** Manifest of the operator for all namespaces, with its custom resource definitions. */
export const operatorManifest = {
  name: "percona-operator-cw-bundle.yaml",
  url: `https://raw.githubusercontent.com/percona/percona-server-mongodb-operator/v${operatorVersion}/deploy/cw-bundle.yaml`,
} as const;

const definition = "crd/perconaservermongodbs.psmdb.percona.com";
/** Label of everything that these tests install, to tell it from the cluster's own objects. */
const ownLabel = { "koa-mongo-stack.test/mode": "operator" };
const [selector = ""] = Object.entries(ownLabel).map(([key, value]) => `${key}=${value}`);

/** Whether the cluster has an operator that these tests did not install. */
export async function hasOtherOperator(): Promise<boolean> {
  const out = await kubectl(
    "get",
    definition,
    "--output",
    "jsonpath={.metadata.labels}",
    "--ignore-not-found",
  );
  return (
    (await names(definition).catch(() => [])).length > 0 && !out.includes(Object.keys(ownLabel)[0] ?? "")
  );
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string> };
  readonly subjects?: readonly { readonly namespace: string }[];
}

/**
 * Installs the operator in a namespace, for all namespaces, and waits until it runs.
 * @param file the publisher's manifest
 */
export async function installOperator(namespace: string, file: string): Promise<void> {
  await kubectl("create", "namespace", namespace);
  const items = parseAllDocuments(await readFile(file, "utf8"))
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null)
    .map((manifest) => changed(manifest, namespace));
  const args = ["apply", "--server-side", "--force-conflicts", "--namespace", namespace, "--filename", "-"];
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  const { code, stderr } = await askKubectl(args, { input });
  if (code !== 0) throw new Error(stderr);
  const deployment = "deployment/percona-server-mongodb-operator";
  await kubectl("rollout", "status", deployment, "--namespace", namespace, "--timeout", "240s");
}

/** Uses the images on the nodes, and disables the operator's reports to its publisher. */
function changed(manifest: Manifest, namespace: string): Manifest {
  const text = JSON.stringify({
    ...manifest,
    metadata: { ...manifest.metadata, labels: { ...manifest.metadata.labels, ...ownLabel } },
    ...(manifest.subjects && { subjects: manifest.subjects.map((subject) => ({ ...subject, namespace })) }),
  });
  if (manifest.kind !== "Deployment") return JSON.parse(text) as Manifest;
  const quiet = text.replace(
    '{"name":"DISABLE_TELEMETRY","value":"false"}',
    '{"name":"DISABLE_TELEMETRY","value":"true"}',
  );
  return JSON.parse(quiet.replace('"Always"', '"IfNotPresent"')) as Manifest;
}

/** Deletes everything that {@link installOperator} created. */
export async function removeOperator(namespace: string): Promise<void> {
  await kubectl("delete", "namespace", namespace, "--ignore-not-found");
  const kinds = "customresourcedefinitions,clusterroles,clusterrolebindings";
  await kubectl("delete", kinds, "--selector", selector, "--ignore-not-found");
}
