import type { V1NetworkPolicy } from "@kubernetes/client-node";
import { expect } from "chai";
import { inPod, podsOf } from "../security/support/admitted-pods.ts";
import { kubectl } from "../support/cluster-kubectl.ts";
import { names } from "../support/running-cluster.ts";
import { addDocument, documentsAt } from "../support/running-service.ts";
import { onePod, until, untilStackReady, webSelector } from "../support/stack-pods.ts";
import { createTestStack, type Outputs } from "../support/test-stack.ts";
import { cacheAddress, coredns, installNodeDnsCache } from "./support/node-dns-cache.ts";
import { stopAtFirstFailure } from "./support/ordered-tests.ts";
import { needsPolicyPlugin } from "./support/policy-plugin.ts";
import { needsImage } from "./support/prerequisites.ts";
import { removeAfter } from "./support/removals.ts";

describe("nodelocal-dns: the stack with a DNS cache at 169.254.20.10", () => {
  const removals = removeAfter();
  let outputs: Outputs;

  before(async function () {
    await needsImage(this, coredns);
    removals.push(await installNodeDnsCache());
    const stack = await createTestStack("nodelocal-dns");
    removals.push(() => stack.remove());
    ({ outputs } = await stack.up());
  });
  stopAtFirstFailure();

  it("finds MongoDB and its own pods by a pod's only nameserver, the cache", async () => {
    await useCacheOnly(outputs.namespace);
    for (const { metadata } of await podsOf(outputs.namespace, "web"))
      expect(await nameservers(outputs.namespace, metadata.name)).to.equal(cacheAddress);
    const document = await addDocument(outputs.url, { through: cacheAddress });
    expect(await documentsAt(outputs.url)).to.deep.equal([document]);
    // The page gets its number of pods from DNS.
    expect(await (await fetch(outputs.url)).text()).to.match(
      /<dd class="main">\d+<\/dd>\s*<dd>pods are ready/,
    );
  });

  it("needs the rule for 169.254.0.0/16: without the rule, no name resolves", async function () {
    await needsPolicyPlugin(this);
    const { namespace } = outputs;
    const { metadata } = await onePod(namespace, webSelector);
    const resolves = async () => (await lookUp(namespace, metadata.name)).startsWith("address");
    expect(await resolves()).to.equal(true);
    const policy = await webToDns(namespace);
    await setEgress(policy, withoutLinkLocal(policy));
    try {
      await until("no name resolves without the rule", 60, async () => !(await resolves()));
    } finally {
      await setEgress(policy, policy.spec?.egress);
    }
    await until("names resolve with the rule again", 60, resolves);
  });
});

/** Sets the only nameserver of the service's pods. With NodeLocal DNSCache, the kubelet does so for every pod. */
async function useCacheOnly(namespace: string): Promise<void> {
  const searches = [`${namespace}.svc.cluster.local`, "svc.cluster.local", "cluster.local"];
  const dnsConfig = { nameservers: [cacheAddress], searches, options: [{ name: "ndots", value: "5" }] };
  const patch = { spec: { template: { spec: { dnsPolicy: "None", dnsConfig } } } };
  const [deployment = ""] = await names("deployments", namespace);
  await kubectl("patch", deployment, "--namespace", namespace, "--patch", JSON.stringify(patch));
  // On a full node, a new pod waits until other pods have ended.
  await untilStackReady(namespace, 600);
}

async function nameservers(namespace: string, pod: string): Promise<string> {
  return await node(namespace, pod, `console.log(require("node:dns").getServers().join())`);
}

/** Looks up MongoDB's Service in a pod. Returns `address …` or the error's code. */
async function lookUp(namespace: string, pod: string): Promise<string> {
  const name = `mongodb.${namespace}.svc.cluster.local`;
  const script = `
    const resolver = new (require("node:dns").promises.Resolver)({ timeout: 1000, tries: 1 });
    const answer = resolver.resolve4("${name}").then(([address]) => "address " + address, ({ code }) => code);
    answer.then(console.log);
  `;
  return await node(namespace, pod, script);
}

async function node(namespace: string, pod: string, script: string): Promise<string> {
  return await inPod(namespace, pod, ["/nodejs/bin/node", "--eval", script]);
}

/** The policy that lets the service's pods ask the cluster's DNS. */
async function webToDns(namespace: string): Promise<V1NetworkPolicy> {
  const output = await kubectl("get", "networkpolicies", "--namespace", namespace, "--output=json");
  const { items } = JSON.parse(output) as { items: V1NetworkPolicy[] };
  const policy = items.find(({ metadata }) => metadata?.name?.includes("web-to-dns"));
  if (policy === undefined) throw new Error(`no policy web-to-dns in ${namespace}`);
  return policy;
}

type Egress = NonNullable<V1NetworkPolicy["spec"]>["egress"];

function withoutLinkLocal({ spec }: V1NetworkPolicy): Egress {
  return spec?.egress?.map(({ to = [], ...rule }) => ({
    ...rule,
    to: to.filter(({ ipBlock }) => ipBlock?.cidr !== "169.254.0.0/16"),
  }));
}

async function setEgress({ metadata }: V1NetworkPolicy, egress: Egress): Promise<void> {
  const { name = "", namespace = "" } = metadata ?? {};
  const patch = ["--type=merge", "--patch", JSON.stringify({ spec: { egress } })];
  await kubectl("patch", "networkpolicy", name, "--namespace", namespace, ...patch);
}
