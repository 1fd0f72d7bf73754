import { readFile } from "node:fs/promises";
import { runKubectl, kubectl } from "../../support/cluster-kubectl.ts";
import { until } from "../../support/stack-pods.ts";
import { install, readManifest, removeUnless, type Remove } from "./installed-objects.ts";
import type { KeyPair } from "./private-ca.ts";
import { needsImage, needsManifest } from "./prerequisites.ts";

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

/** Installs cert-manager, and waits until it is ready. One that is there already is used, and stays. */
export async function installCertManager(manifest: string): Promise<Remove> {
  const found = await runKubectl(["get", "crd", "certificates.cert-manager.io"]);
  if (found.code === 0) return () => Promise.resolve();
  const removeObjects = await install(...(await readManifest(manifest)));
  const remove = async () => {
    await removeObjects();
    // cert-manager leaves these behind: the next one would wait for them.
    const leases = ["cert-manager-controller", "cert-manager-cainjector-leader-election"];
    await kubectl("delete", "lease", ...leases, "--namespace", "kube-system", "--ignore-not-found");
  };
  const ready = ["--for=condition=Available", "--namespace", namespace, "--timeout=240s"];
  await removeUnless(remove, () => kubectl("wait", "deployment", "--all", ...ready));
  return remove;
}

/** Creates a ClusterIssuer of a CA. */
export async function createIssuer(name: string, { certificate, key }: KeyPair): Promise<Remove> {
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
  let remove: Remove | undefined;
  // The webhook rejects everything for some seconds after its start.
  await until(`cert-manager accepts the ClusterIssuer ${name}`, 120, async () => {
    remove = await install(...objects);
    return true;
  });
  if (remove === undefined) throw new Error(`no ClusterIssuer ${name}`);
  return remove;
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
