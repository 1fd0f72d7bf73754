import { isDeepStrictEqual } from "node:util";
import type { types } from "@pulumi/kubernetes";
import type { Unwrap } from "@pulumi/pulumi";

/** What a NetworkPolicy says. */
export type PolicySpec = Unwrap<types.input.networking.v1.NetworkPolicySpec>;

const pods = (name: string) => ({ matchLabels: { "app.kubernetes.io/name": name } });
const tcp = (port: number) => [{ protocol: "TCP", port }];
const dns = {
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
  podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
};

/**
 * The rules that a stack must have. They are written here a second time on purpose: who changes one in the program
 * changes it here, too, or is refused.
 */
const required: Record<string, PolicySpec> = {
  "deny-all": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
  "any-to-web": { podSelector: pods("web"), policyTypes: ["Ingress"], ingress: [{ ports: tcp(3000) }] },
  "web-to-mongodb": {
    podSelector: pods("web"),
    policyTypes: ["Egress"],
    egress: [{ to: [{ podSelector: pods("mongodb") }], ports: tcp(27017) }],
  },
  "web-to-dns": {
    podSelector: pods("web"),
    policyTypes: ["Egress"],
    egress: [{ to: [dns], ports: [{ protocol: "UDP", port: 53 }, ...tcp(53)] }],
  },
  "users-to-mongodb": {
    podSelector: pods("mongodb-users"),
    policyTypes: ["Egress"],
    egress: [
      { to: [{ podSelector: pods("mongodb") }], ports: tcp(27017) },
      { to: [dns], ports: [{ protocol: "UDP", port: 53 }, ...tcp(53)] },
    ],
  },
  "mongodb-from-users": {
    podSelector: pods("mongodb"),
    policyTypes: ["Ingress"],
    ingress: [{ from: [{ podSelector: pods("mongodb-users") }], ports: tcp(27017) }],
  },
  "mongodb-from-web": {
    podSelector: pods("mongodb"),
    policyTypes: ["Ingress"],
    ingress: [{ from: [{ podSelector: pods("web") }], ports: tcp(27017) }],
  },
};

/** What is wrong with the NetworkPolicies of a stack, a sentence each. */
export function networkFaults(specs: readonly PolicySpec[]): string[] {
  const missing = Object.entries(required)
    .filter(([, rule]) => !specs.some((spec) => isDeepStrictEqual(plain(spec), rule)))
    .map(([name]) => `there is no NetworkPolicy ${name} as it should be`);
  const others = specs.filter(
    (spec) => !Object.values(required).some((rule) => isDeepStrictEqual(plain(spec), rule)),
  );
  const wide = others.filter(allowsAnybody).map(() => "a NetworkPolicy lets anybody in, or out to anywhere");
  return [...missing, ...wide];
}

function allowsAnybody({ ingress = [], egress = [] }: PolicySpec): boolean {
  const peers = [...ingress.map(({ from }) => from), ...egress.map(({ to }) => to)];
  return peers.some(
    (list = []) => list.length === 0 || list.some(({ ipBlock }) => ipBlock?.cidr.endsWith("/0")),
  );
}

/** Without the prototypes of the policy runtime's own objects. */
function plain(spec: PolicySpec): unknown {
  return JSON.parse(JSON.stringify(spec));
}
