import * as k8s from "@pulumi/kubernetes";
import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { mongodbLabels, mongodbPort } from "../mongodb/standalone-mongodb.ts";
import { acmeSolver } from "../web/ingress.ts";
import { partOf } from "./metadata.ts";
import { memberLabels, operatorLabels, operatorNames } from "../mongodb/operator-replica-set.ts";
import type { Collector } from "../settings/monitoring-settings.ts";
import { usersJobLabels } from "../mongodb/users-job.ts";
import { metricsPort, webLabels, webPort } from "../web/labels-and-ports.ts";

type PolicySpec = types.input.networking.v1.NetworkPolicySpec;
type EgressRule = types.input.networking.v1.NetworkPolicyEgressRule;

/** The database that the service connects to. */
export type DatabasePath =
  | { readonly kind: "standalone" }
  /** Percona's operator runs in this namespace if `installs` is true, and otherwise in another one. */
  | { readonly kind: "operator"; readonly installs: boolean }
  /** A MongoDB outside the stack, at unknown addresses and at these ports. */
  | { readonly kind: "external"; readonly ports: readonly number[] };

/** Other namespaces and addresses that the stack's pods exchange traffic with. */
export interface Neighbours {
  /** The namespace whose pods may read the metrics. @default no pods may */
  readonly metricsFrom?: string | undefined;
  /** The collector that the service's pods may send traces to. @default none */
  readonly collector?: Pick<Collector, "namespace" | "port"> | undefined;
  /** Address blocks where the cluster's DNS answers at port 53. @default only those of {@link dns} */
  readonly dnsServers?: readonly string[] | undefined;
}

/** The facts that the rules depend on. */
export interface Paths extends Neighbours {
  readonly database: DatabasePath;
  /** Whether cert-manager's pods may receive the requests that validate the host name. */
  readonly acme: boolean;
}

/** Arguments of {@link NetworkRules}. */
export interface NetworkRulesArgs extends Paths {
  readonly namespace: pulumi.Input<string>;
  /** Why the rules may not be enforced. If set, `up` warns of it. @default the rules are enforced */
  readonly problem?: string | undefined;
}

/** Allows the stack's own connections and denies all others, even from the stack's MongoDB to the outside. */
export class NetworkRules extends pulumi.ComponentResource {
  constructor(name: string, args: NetworkRulesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:network:NetworkRules", name, args, opts);

    if (args.problem !== undefined) void pulumi.log.warn(args.problem);
    for (const [rule, spec] of Object.entries(policies(args))) {
      const metadata = { namespace: args.namespace, labels: partOf };
      new k8s.networking.v1.NetworkPolicy(`${name}-${rule}`, { metadata, spec }, { parent: this });
    }

    this.registerOutputs({});
  }
}

/** Returns one policy for each rule, by name. */
export function policies(paths: Paths): Record<string, PolicySpec> {
  const { database, acme, metricsFrom, collector, dnsServers } = paths;
  const names = dns(dnsServers);
  return {
    "deny-all": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    "any-to-web": { podSelector: web, policyTypes: ["Ingress"], ingress: [{ ports: tcp(webPort) }] },
    "web-to-dns": { podSelector: web, policyTypes: ["Egress"], egress: names },
    ...databasePolicies(database, names),
    ...(acme ? { "any-to-acme-solver": toAcmeSolver() } : {}),
    ...(metricsFrom === undefined ? {} : { "metrics-to-neighbour": metricsTo(metricsFrom) }),
    ...(collector === undefined ? {} : { "web-to-collector": tracesTo(collector) }),
  };
}

const tcp = (...ports: readonly number[]) => ports.map((port) => ({ protocol: "TCP", port }));
const web = { matchLabels: webLabels };
/** Selects an operator in another namespace, whether Percona's chart or Percona's manifests installed it. */
const anyOperator = {
  matchExpressions: [{ key: "app.kubernetes.io/name", operator: "In", values: [...operatorNames] }],
};

function databasePolicies(database: DatabasePath, names: EgressRule[]): Record<string, PolicySpec> {
  switch (database.kind) {
    case "standalone":
      return standalone(names);
    case "operator":
      return replicaSet(database.installs, names);
    case "external": {
      // The addresses are unknown, and those of a hosted MongoDB change.
      const egress = [{ ports: tcp(...database.ports) }];
      return { "web-to-outside": { podSelector: web, policyTypes: ["Egress"], egress } };
    }
  }
}

function standalone(names: EgressRule[]): Record<string, PolicySpec> {
  const mongodb = { matchLabels: mongodbLabels };
  const users = { matchLabels: usersJobLabels };
  const toMongodb = { to: [{ podSelector: mongodb }], ports: tcp(mongodbPort) };
  return {
    "web-to-mongodb": { podSelector: web, policyTypes: ["Egress"], egress: [toMongodb] },
    "users-to-mongodb": { podSelector: users, policyTypes: ["Egress"], egress: [toMongodb, ...names] },
    "mongodb-from-web": mongodbFrom(mongodb, { podSelector: web }),
    "mongodb-from-users": mongodbFrom(mongodb, { podSelector: users }),
  };
}

function replicaSet(installs: boolean, names: EgressRule[]): Record<string, PolicySpec> {
  const member = { matchLabels: memberLabels };
  const operator = { matchLabels: operatorLabels };
  const toMember = { to: [{ podSelector: member }], ports: tcp(mongodbPort) };
  const own: Record<string, PolicySpec> = {
    "operator-to-mongodb": { podSelector: operator, policyTypes: ["Egress"], egress: [toMember, ...names] },
    // The API server is not a pod, and its address differs between clusters.
    "operator-to-api": {
      podSelector: operator,
      policyTypes: ["Egress"],
      egress: [{ ports: tcp(443, 6443, 8443) }],
    },
  };
  return {
    "web-to-mongodb": { podSelector: web, policyTypes: ["Egress"], egress: [toMember] },
    "mongodb-to-mongodb": { podSelector: member, policyTypes: ["Egress"], egress: [toMember, ...names] },
    "mongodb-from-web": mongodbFrom(member, { podSelector: web }),
    "mongodb-from-mongodb": mongodbFrom(member, { podSelector: member }),
    "mongodb-from-operator": mongodbFrom(
      member,
      installs ? { podSelector: operator } : { podSelector: anyOperator, namespaceSelector: {} },
    ),
    ...(installs ? own : {}),
  };
}

function mongodbFrom(
  mongodb: types.input.meta.v1.LabelSelector,
  peer: types.input.networking.v1.NetworkPolicyPeer,
): PolicySpec {
  const ingress = [{ from: [peer], ports: tcp(mongodbPort) }];
  return { podSelector: mongodb, policyTypes: ["Ingress"], ingress };
}

/** Let's Encrypt connects through the ingress controller, which may run in any namespace. */
function toAcmeSolver(): PolicySpec {
  const { selector, port } = acmeSolver;
  return { podSelector: selector, policyTypes: ["Ingress"], ingress: [{ ports: tcp(port) }] };
}

function metricsTo(namespace: string): PolicySpec {
  const ingress = [{ from: [podsOf(namespace)], ports: tcp(metricsPort) }];
  return { podSelector: web, policyTypes: ["Ingress"], ingress };
}

function tracesTo({ namespace, port }: Pick<Collector, "namespace" | "port">): PolicySpec {
  const egress = [{ to: [podsOf(namespace)], ports: tcp(port) }];
  return { podSelector: web, policyTypes: ["Egress"], egress };
}

function podsOf(namespace: string): types.input.networking.v1.NetworkPolicyPeer {
  return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } };
}

/**
 * The cluster's DNS, which is not always a pod. A cache on the node or the cloud's resolver has a link-local
 * address. Examples are NodeLocal DNSCache (169.254.20.10), AKS LocalDNS (169.254.10.11) and GKE (169.254.169.254).
 * The last address is also the cloud's metadata server, but not at port 53.
 */
function dns(servers: readonly string[] = []): EgressRule[] {
  const cacheOrPods = {
    matchExpressions: [{ key: "k8s-app", operator: "In", values: ["kube-dns", "node-local-dns"] }],
  };
  const blocks = ["169.254.0.0/16", ...servers].map((cidr) => ({ ipBlock: { cidr } }));
  return [
    {
      to: [{ ...podsOf("kube-system"), podSelector: cacheOrPods }, ...blocks],
      ports: udpAndTcp(53),
    },
    // OpenShift's DNS. Policies see the pod's port, not the Service's.
    {
      to: [
        {
          ...podsOf("openshift-dns"),
          podSelector: { matchLabels: { "dns.operator.openshift.io/daemonset-dns": "default" } },
        },
      ],
      ports: udpAndTcp(5353),
    },
  ];
}

function udpAndTcp(port: number) {
  return ["UDP", "TCP"].map((protocol) => ({ protocol, port }));
}
