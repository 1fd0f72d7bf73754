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

/** Whom the service finds its database at. */
export type DatabasePath =
  | { readonly kind: "standalone" }
  /** With an operator of its own, or one of another namespace. */
  | { readonly kind: "operator"; readonly installs: boolean }
  /** Anywhere, at these ports. */
  | { readonly kind: "external"; readonly ports: readonly number[] };

/** Who beside the stack's own pods has part in it. */
export interface Neighbours {
  /** The namespace whose pods may read the metrics. @default nobody may */
  readonly metricsFrom?: string | undefined;
  /** Where the service's pods may send traces. @default nowhere */
  readonly collector?: Pick<Collector, "namespace" | "port"> | undefined;
  /** Blocks of addresses where the cluster's DNS answers at port 53. @default those of {@link dns} alone */
  readonly dnsServers?: readonly string[] | undefined;
}

/** What the rules depend on. */
export interface Paths extends Neighbours {
  readonly database: DatabasePath;
  /** Whether cert-manager's pods may be asked for what proves that the host name is ours. */
  readonly acme: boolean;
}

/** Arguments of {@link NetworkRules}. */
export interface NetworkRulesArgs extends Paths {
  readonly namespace: pulumi.Input<string>;
  /** Why nobody may rely on the rules, which `up` then warns of. @default they are enforced */
  readonly fault?: string | undefined;
}

/** Who may talk to whom. Nobody else does: not even a MongoDB of ours to the outside. */
export class NetworkRules extends pulumi.ComponentResource {
  constructor(name: string, args: NetworkRulesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:network:NetworkRules", name, args, opts);

    if (args.fault !== undefined) void pulumi.log.warn(args.fault);
    for (const [rule, spec] of Object.entries(policies(args))) {
      const metadata = { namespace: args.namespace, labels: partOf };
      new k8s.networking.v1.NetworkPolicy(`${name}-${rule}`, { metadata, spec }, { parent: this });
    }

    this.registerOutputs({});
  }
}

/** One policy a rule, by name. */
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
/** An operator of another namespace, whether Percona's chart or Percona's manifests installed it. */
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
      // Nobody knows the addresses: with a service of MongoDB's they change.
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
    // The API server is no pod, and has other addresses in every cluster.
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

/** Let's Encrypt asks through the ingress controller, wherever that runs. */
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
 * The cluster's DNS. It is not always a pod: a cache on the node, or the cloud's resolver, has a link-local address
 * (NodeLocal DNSCache 169.254.20.10, AKS LocalDNS 169.254.10.11, GKE 169.254.169.254). The last one is the cloud's
 * metadata server, too, but not at port 53.
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
    // OpenShift's. Policies see the port of the pod, not that of the Service.
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
