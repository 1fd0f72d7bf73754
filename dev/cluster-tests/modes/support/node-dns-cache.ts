import { kubectl } from "../../support/cluster-kubectl.ts";
import { list } from "../../support/cluster-objects.ts";
import { removeAtInterrupt } from "../../support/interrupt.ts";
import { onNode } from "../../support/stack-pods.ts";
import {
  install,
  namespaceObject,
  removeUnless,
  type KubernetesObject,
  type Remove,
} from "./installed-objects.ts";
import { removeAll } from "./removals.ts";

/** Address of NodeLocal DNSCache on every node. */
export const cacheAddress = "169.254.20.10";

/** Image of CoreDNS, which NodeLocal DNSCache consists of. */
export const coredns = "registry.k8s.io/coredns/coredns:v1.12.1";

const name = "koa-mongo-stack-node-dns-cache";

/**
 * Runs CoreDNS at {@link cacheAddress} on every node, in its own namespace. CoreDNS forwards to the cluster's DNS.
 * @returns function that removes CoreDNS and the address
 */
export async function installNodeDnsCache(): Promise<Remove> {
  const upstream = await kubectl(
    "get",
    "service",
    "kube-dns",
    "--namespace=kube-system",
    "--output=jsonpath={.spec.clusterIP}",
  );
  const removals: Remove[] = [await addAddress()];
  const remove = () => removeAll(removals);
  await removeUnless(remove, async () => {
    removals.push(await install(...manifests(upstream)));
    await kubectl("rollout", "status", `daemonset/${name}`, `--namespace=${name}`, "--timeout=120s");
  });
  return remove;
}

/** Adds the address to every node. Ctrl-C removes it. */
async function addAddress(): Promise<Remove> {
  const remove = async () => {
    forget();
    // The address may be gone already, after a restart of the node.
    await onEveryNode(`ip addr del ${cacheAddress}/32 dev lo || true`);
  };
  const forget = removeAtInterrupt(remove);
  await removeUnless(remove, () => onEveryNode(`ip addr replace ${cacheAddress}/32 dev lo`));
  return remove;
}

async function onEveryNode(script: string): Promise<void> {
  for (const { metadata } of await list(({ core }) => core.listNode())) await onNode(metadata.name, script);
}

function manifests(upstream: string): KubernetesObject[] {
  const labels = { app: name };
  const metadata = { name, namespace: name };
  const readyPort = 8181;
  const corefile = `.:53 {
    bind ${cacheAddress}
    errors
    cache 30
    ready ${cacheAddress}:${readyPort}
    forward . ${upstream}
  }`;
  const container = {
    name: "coredns",
    image: coredns,
    imagePullPolicy: "IfNotPresent",
    args: ["-conf", "/etc/coredns/Corefile"],
    readinessProbe: { httpGet: { host: cacheAddress, port: readyPort, path: "/ready" }, periodSeconds: 1 },
    volumeMounts: [{ name: "corefile", mountPath: "/etc/coredns" }],
  };
  const pod = {
    hostNetwork: true,
    dnsPolicy: "Default",
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 1,
    tolerations: [{ operator: "Exists" }],
    containers: [container],
    volumes: [{ name: "corefile", configMap: { name } }],
  };
  return [
    namespaceObject(name, { "pod-security.kubernetes.io/enforce": "privileged" }),
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { Corefile: corefile } },
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata,
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
    },
  ];
}
