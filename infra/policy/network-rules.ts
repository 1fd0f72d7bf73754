import { isDeepStrictEqual } from "node:util";
import type { types } from "@pulumi/kubernetes";
import type { Unwrap } from "@pulumi/pulumi";

/** The spec of a NetworkPolicy. */
export type PolicySpec = Unwrap<types.input.networking.v1.NetworkPolicySpec>;

/** The kind of a stack's MongoDB. */
export type Database = "standalone" | "operator" | "external";

type Peer = Unwrap<types.input.networking.v1.NetworkPolicyPeer>;
type Rules = Record<string, PolicySpec>;

const pods = (name: string) => ({ matchLabels: { "app.kubernetes.io/name": name } });
const members = {
  matchLabels: {
    "app.kubernetes.io/name": "percona-server-mongodb",
    "app.kubernetes.io/instance": "mongodb",
  },
};
const tcp = (...ports: readonly number[]) => ports.map((port) => ({ protocol: "TCP", port }));
const namespace = (name: string) => ({ matchLabels: { "kubernetes.io/metadata.name": name } });
const linkLocal = { ipBlock: { cidr: "169.254.0.0/16" } };
const dnsPorts = [{ protocol: "UDP", port: 53 }, ...tcp(53)];
const dns = [
  {
    to: [
      {
        namespaceSelector: namespace("kube-system"),
        podSelector: {
          matchExpressions: [{ key: "k8s-app", operator: "In", values: ["kube-dns", "node-local-dns"] }],
        },
      },
      linkLocal,
    ],
    ports: dnsPorts,
  },
  {
    to: [
      {
        namespaceSelector: namespace("openshift-dns"),
        podSelector: { matchLabels: { "dns.operator.openshift.io/daemonset-dns": "default" } },
      },
    ],
    ports: [{ protocol: "UDP", port: 5353 }, ...tcp(5353)],
  },
];

type Selector = NonNullable<PolicySpec["podSelector"]>;
const out = (from: Selector, ...egress: NonNullable<PolicySpec["egress"]>): PolicySpec => ({
  podSelector: from,
  policyTypes: ["Egress"],
  egress,
});
const into = (to: Selector, ...ingress: NonNullable<PolicySpec["ingress"]>): PolicySpec => ({
  podSelector: to,
  policyTypes: ["Ingress"],
  ingress,
});
const to = (podSelector: Selector) => ({ to: [{ podSelector }], ports: tcp(27017) });
const from = (podSelector: Selector) => ({ from: [{ podSelector }], ports: tcp(27017) });

/**
 * Rules that a stack must have. The rules repeat the program's on purpose. After a change in the program alone, the
 * policy rejects the stack.
 */
const always: Rules = {
  "deny-all": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
  "any-to-web": into(pods("web"), { ports: tcp(3000) }),
  "web-to-dns": out(pods("web"), ...dns),
};

const byDatabase: Record<Database, Rules> = {
  standalone: {
    "web-to-mongodb": out(pods("web"), to(pods("mongodb"))),
    "users-to-mongodb": out(pods("mongodb-users"), to(pods("mongodb")), ...dns),
    "mongodb-from-users": into(pods("mongodb"), from(pods("mongodb-users"))),
    "mongodb-from-web": into(pods("mongodb"), from(pods("web"))),
  },
  operator: {
    "web-to-mongodb": out(pods("web"), to(members)),
    "mongodb-to-mongodb": out(members, to(members), ...dns),
    "mongodb-from-mongodb": into(members, from(members)),
    "mongodb-from-web": into(members, from(pods("web"))),
  },
  external: {},
};

/** Rules that a stack may have, although they allow connections to or from anywhere. */
const allowed: Record<Database, Rules> = {
  standalone: {},
  operator: { "operator-to-api": out(pods("psmdb-operator"), { ports: tcp(443, 6443, 8443) }) },
  external: {},
};
const acmeSolver = into(
  { matchLabels: { "acme.cert-manager.io/http01-solver": "true" } },
  { ports: tcp(8089) },
);

/** Returns the problems with the NetworkPolicies of a stack, one sentence each. */
export function networkProblems(specs: readonly PolicySpec[], database: Database): string[] {
  const required = { ...always, ...byDatabase[database] };
  const all = specs.map(plain);
  const equals = (spec: PolicySpec, rule: PolicySpec) => isDeepStrictEqual(withoutDnsServers(spec), rule);
  const has = (rule: PolicySpec) => all.some((spec) => equals(spec, rule));
  const missing = Object.entries(required)
    .filter(([, rule]) => !has(rule))
    .map(
      ([name]) =>
        `the NetworkPolicy ${name} is missing, or differs from the rule in infra/policy/network-rules.ts`,
    );
  const known = [...Object.values(required), ...Object.values(allowed[database]), acmeSolver];
  const others = all.filter((spec) => !known.some((rule) => equals(spec, rule)));
  const wide = others
    .filter((spec) => allowsAnyAddress(spec) && !(database === "external" && isExternalDatabaseRule(spec)))
    .map(
      () =>
        "a NetworkPolicy allows connections from or to any address: name pods, namespaces or an address block",
    );
  return [...missing, ...wide];
}

/** Whether a policy allows only the service's connection to an external MongoDB, at any set of ports. */
function isExternalDatabaseRule(spec: PolicySpec): boolean {
  const ports = (spec.egress?.[0]?.ports ?? []).map(({ port }) => Number(port));
  return ports.length > 0 && isDeepStrictEqual(plain(spec), out(pods("web"), { ports: tcp(...ports) }));
}

/** Removes the blocks that the key dnsServers adds: only those for port 53, and only sizes that the key allows. */
function withoutDnsServers(spec: PolicySpec): PolicySpec {
  const egress = spec.egress?.map((rule) => {
    if (!isDeepStrictEqual(rule.ports, dnsPorts)) return rule;
    const isAdded = (peer: Peer) => peer.ipBlock !== undefined && !isWide(peer.ipBlock.cidr);
    return {
      ...rule,
      to: rule.to?.filter((peer) => isDeepStrictEqual(peer, linkLocal) || !isAdded(peer)),
    };
  });
  return egress === undefined ? spec : { ...spec, egress };
}

function isWide(cidr: string): boolean {
  return Number(cidr.split("/").at(-1)) < 8;
}

function allowsAnyAddress({ ingress = [], egress = [] }: PolicySpec): boolean {
  const peers = [...ingress.map((rule) => rule.from), ...egress.map((rule) => rule.to)];
  return peers.some(
    (list = []) =>
      list.length === 0 || list.some(({ ipBlock }) => ipBlock !== undefined && isWide(ipBlock.cidr)),
  );
}

/** Removes the prototypes of the policy runtime's own objects. */
function plain(spec: PolicySpec): PolicySpec {
  return JSON.parse(JSON.stringify(spec)) as PolicySpec;
}
