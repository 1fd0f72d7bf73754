import { readFile } from "node:fs/promises";
import { askKubectl, kubectl } from "../../support/cluster-kubectl.ts";
import { until } from "../../support/stack-pods.ts";
import { apply, type Applied } from "./applied-manifests.ts";
import { needsImage, needsManifest } from "./real-part.ts";
import type { KeyPair } from "./test-ca.ts";

/** The manifest that the cert-manager project publishes. */
const publisher = "https://github.com/cert-manager/cert-manager/releases/download/v1.19.3/cert-manager.yaml";
/** Namespace of cert-manager in the manifest. cert-manager reads the Secrets of ClusterIssuers there. */
const namespace = "cert-manager";

/**
 * Returns the path of cert-manager's manifest. Skips the suite unless every node has the images or can download them.
 */
export async function needsCertManager(test: Mocha.Context): Promise<string> {
  const manifest = await needsManifest(test, "cert-manager.yaml", publisher);
  const text = await readFile(manifest, "utf8");
  for (const [, image = ""] of text.matchAll(/^\s*image: "?([^"\s]+)"?$/gm)) await needsImage(test, image);
  return manifest;
}

/** Installs cert-manager, and waits until it is ready. Uses and keeps an existing installation. */
export async function installCertManager(manifest: string): Promise<Applied> {
  const found = await askKubectl(["get", "crd", "certificates.cert-manager.io"]);
  if (found.code === 0) return { remove: () => Promise.resolve() };
  const applied = await apply(manifest);
  const installed: Applied = {
    async remove() {
      await applied.remove();
      // cert-manager leaves these leases behind, and the next installation would wait for them.
      const leases = ["cert-manager-controller", "cert-manager-cainjector-leader-election"];
      await kubectl("delete", "lease", ...leases, "--namespace", "kube-system", "--ignore-not-found");
    },
  };
  try {
    const ready = ["--for=condition=Available", "--namespace", namespace, "--timeout=240s"];
    await kubectl("wait", "deployment", "--all", ...ready);
  } catch (error) {
    await installed.remove();
    throw error;
  }
  return installed;
}

/** Creates a ClusterIssuer of a CA. */
export async function createIssuer(name: string, { certificate, key }: KeyPair): Promise<Applied> {
  const objects = [
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace },
      type: "kubernetes.io/tls",
      stringData: { "tls.crt": certificate, "tls.key": key },
    },
    {
      apiVersion: "cert-manager.io/v1",
      kind: "ClusterIssuer",
      metadata: { name },
      spec: { ca: { secretName: name } },
    },
  ];
  let applied: Applied | undefined;
  // The webhook rejects all requests for some seconds after its start.
  await until(`cert-manager accepts the ClusterIssuer ${name}`, 120, async () => {
    applied = await apply(objects);
    return true;
  });
  if (applied === undefined) throw new Error(`no ClusterIssuer ${name}`);
  return applied;
}

/** Requests the renewal of a certificate, like `cmctl renew`. */
export async function renew(namespace: string, name: string): Promise<void> {
  const value = {
    type: "Issuing",
    status: "True",
    reason: "ManuallyTriggered",
    message: "Certificate re-issuance manually triggered",
    lastTransitionTime: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
  };
  const patch = JSON.stringify([{ op: "add", path: "/status/conditions/-", value }]);
  const how = ["--subresource=status", "--type=json", `--patch=${patch}`];
  await kubectl("patch", "certificate", name, "--namespace", namespace, ...how);
}
