import { askKubectl, kubectl } from "../../support/cluster-kubectl.ts";
import { list } from "../../support/cluster-objects.ts";
import { removeAtInterrupt } from "../../support/interrupt.ts";
import { onNode } from "../../support/stack-pods.ts";

/** Address of NodeLocal DNSCache on every node. */
export const cacheAddress = "169.254.20.10";

/** Image of CoreDNS, which NodeLocal DNSCache consists of. */
export const coredns = "registry.k8s.io/coredns/coredns:v1.12.1";

const name = "koa-mongo-stack-node-dns-cache";

/**
 * Runs CoreDNS at {@link cacheAddress} on every node, in its own namespace. CoreDNS forwards to the cluster's DNS.
 * @returns function that removes CoreDNS and the address
 */
export async function installNodeDnsCache(): Promise<() => Promise<void>> {
  const forget = removeAtInterrupt(removeNodeDnsCache);
  const upstream = await kubectl(
    "get",
    "service",
    "kube-dns",
    "--namespace=kube-system",
    "--output=jsonpath={.spec.clusterIP}",
  );
  await onEveryNode(`ip addr replace ${cacheAddress}/32 dev lo`);
  await apply(manifests(upstream));
  await kubectl("rollout", "status", `daemonset/${name}`, `--namespace=${name}`, "--timeout=120s");
  return async () => {
    forget();
    await removeNodeDnsCache();
  };
}

async function removeNodeDnsCache(): Promise<void> {
  await kubectl("delete", "namespace", name, "--ignore-not-found");
  // A restart of the node may have removed the address already.
  await onEveryNode(`ip addr del ${cacheAddress}/32 dev lo || true`);
}

async function onEveryNode(script: string): Promise<void> {
  for (const { metadata } of await list(({ core }) => core.listNode())) await onNode(metadata.name, script);
}

async function apply(items: readonly object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  const { code, stderr } = await askKubectl(["apply", "--filename", "-"], { input });
  if (code !== 0) throw new Error(`kubectl apply ended with ${code}: ${stderr}`);
}

function manifests(upstream: string): object[] {
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
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels: { "pod-security.kubernetes.io/enforce": "privileged" } },
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { Corefile: corefile } },
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata,
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
    },
  ];
}
