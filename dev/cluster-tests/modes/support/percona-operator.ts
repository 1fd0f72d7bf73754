import { operatorVersion } from "../../../../infra/mongodb/operator-replica-set.ts";
import { kubectl } from "../../support/cluster-kubectl.ts";
import { names } from "../../support/running-cluster.ts";
import {
  install,
  namespaceObject,
  readManifest,
  removeUnless,
  type KubernetesObject,
  type Remove,
} from "./installed-objects.ts";

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
/** Kinds of the manifest that belong to no namespace. */
const clusterKinds = ["CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding"];

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

type Manifest = KubernetesObject & { readonly subjects?: readonly { readonly namespace: string }[] };

/**
 * Installs the operator in a namespace, for all namespaces, and waits until it runs.
 * @param file the publisher's manifest
 */
export async function installOperator(namespace: string, file: string): Promise<Remove> {
  const objects = (await readManifest(file)).map((manifest) => changed(manifest, namespace));
  const remove = await install(namespaceObject(namespace), ...objects);
  const deployment = "deployment/percona-server-mongodb-operator";
  const rollout = ["rollout", "status", deployment, "--namespace", namespace, "--timeout", "240s"];
  await removeUnless(remove, () => kubectl(...rollout));
  return remove;
}

/** Uses the images on the nodes, and disables the operator's reports to its publisher. */
function changed(manifest: Manifest, namespace: string): Manifest {
  const text = JSON.stringify({
    ...manifest,
    metadata: {
      ...manifest.metadata,
      ...(clusterKinds.includes(manifest.kind) ? {} : { namespace }),
      labels: { ...manifest.metadata.labels, ...ownLabel },
    },
    ...(manifest.subjects && { subjects: manifest.subjects.map((subject) => ({ ...subject, namespace })) }),
  });
  if (manifest.kind !== "Deployment") return JSON.parse(text) as Manifest;
  const quiet = text.replace(
    '{"name":"DISABLE_TELEMETRY","value":"false"}',
    '{"name":"DISABLE_TELEMETRY","value":"true"}',
  );
  return JSON.parse(quiet.replace('"Always"', '"IfNotPresent"')) as Manifest;
}
