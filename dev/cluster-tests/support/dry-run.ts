import type { Manifest } from "../../../infra/test/support/kubernetes-schema.ts";
import { runKubectl } from "./cluster-kubectl.ts";

/** An API server's verdict on objects in a dry run. */
export interface Admission {
  readonly rejected: readonly string[];
  /** For example, violations of the namespace's pod security standard. */
  readonly warnings: readonly string[];
}

/** An object with its name. */
type Named = Manifest & { readonly metadata: { readonly name: string } };

/** Custom kinds, with the resource definition that a cluster needs for each. */
const customResources: Readonly<Record<string, string>> = {
  PerconaServerMongoDB: "perconaservermongodbs.psmdb.percona.com",
  PrometheusRule: "prometheusrules.monitoring.coreos.com",
  ServiceMonitor: "servicemonitors.monitoring.coreos.com",
};

/**
 * Asks an API server about each object in a strict dry run, which rejects unknown fields. Creates and deletes only
 * the namespace, because a dry run needs an existing one.
 * @param path PATH on which kubectl is found
 */
export async function dryRun(
  context: string,
  manifests: readonly Manifest[],
  path: string,
): Promise<Admission> {
  const kubectl = (args: readonly string[], input = "") => runKubectl(args, { context, input, path });
  const namespace = manifests.find(({ kind }) => kind === "Namespace") as Named;
  const created = await kubectl(["create", "--filename", "-"], JSON.stringify(namespace));
  if (created.code !== 0) throw new Error(`${context}: ${created.stderr}`);
  try {
    const rejected: string[] = [];
    const warnings: string[] = [];
    for (const manifest of manifests.filter(({ kind }) => kind !== "Namespace")) {
      const definition = customResources[manifest.kind];
      if (definition !== undefined && (await kubectl(["get", "crd", definition])).code !== 0) continue;
      const args = ["create", "--dry-run=server", "--validate=strict", "--filename", "-"];
      const { code, stderr } = await kubectl(args, JSON.stringify(manifest));
      if (code !== 0) rejected.push(`${manifest.kind}: ${stderr.trim()}`);
      else if (stderr.trim() !== "") warnings.push(`${manifest.kind}: ${stderr.trim()}`);
    }
    return { rejected, warnings };
  } finally {
    await kubectl(["delete", "namespace", namespace.metadata.name, "--wait=false"]);
  }
}
