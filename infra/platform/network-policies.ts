import * as k8s from "@pulumi/kubernetes";
import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { mongodbLabels, mongodbPort } from "../mongodb/standalone-mongodb.ts";
import { acmeSolver } from "../web/ingress.ts";
import { partOf } from "./metadata.ts";
import { memberLabels, operatorLabels } from "../mongodb/operator-replica-set.ts";
import type { Collector } from "../settings/monitoring-settings.ts";
import { usersJobLabels } from "../mongodb/users-job.ts";
import { metricsPort, webLabels, webPort } from "../web/labels-and-ports.ts";

type PolicySpec = types.input.networking.v1.NetworkPolicySpec;

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
export function policies({ database, acme, metricsFrom, collector }: Paths): Record<string, PolicySpec> {
  return {
    "deny-all": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    "any-to-web": { podSelector: web, policyTypes: ["Ingress"], ingress: [{ ports: tcp(webPort) }] },
    "web-to-dns": { podSelector: web, policyTypes: ["Egress"], egress: [dns()] },
    ...databasePolicies(database),
    ...(acme ? { "any-to-acme-solver": toAcmeSolver() } : {}),
    ...(metricsFrom === undefined ? {} : { "metrics-to-neighbour": metricsTo(metricsFrom) }),
    ...(collector === undefined ? {} : { "web-to-collector": tracesTo(collector) }),
  };
}

const tcp = (...ports: readonly number[]) => ports.map((port) => ({ protocol: "TCP", port }));
const web = { matchLabels: webLabels };

function databasePolicies(database: DatabasePath): Record<string, PolicySpec> {
  switch (database.kind) {
    case "standalone":
      return standalone();
    case "operator":
      return replicaSet(database.installs);
    case "external": {
      // Nobody knows the addresses: with a service of MongoDB's they change.
      const egress = [{ ports: tcp(...database.ports) }];
      return { "web-to-outside": { podSelector: web, policyTypes: ["Egress"], egress } };
    }
  }
}

function standalone(): Record<string, PolicySpec> {
  const mongodb = { matchLabels: mongodbLabels };
  const users = { matchLabels: usersJobLabels };
  const toMongodb = { to: [{ podSelector: mongodb }], ports: tcp(mongodbPort) };
  return {
    "web-to-mongodb": { podSelector: web, policyTypes: ["Egress"], egress: [toMongodb] },
    "users-to-mongodb": { podSelector: users, policyTypes: ["Egress"], egress: [toMongodb, dns()] },
    "mongodb-from-web": mongodbFrom(mongodb, { podSelector: web }),
    "mongodb-from-users": mongodbFrom(mongodb, { podSelector: users }),
  };
}

function replicaSet(installs: boolean): Record<string, PolicySpec> {
  const member = { matchLabels: memberLabels };
  const operator = { matchLabels: operatorLabels };
  const toMember = { to: [{ podSelector: member }], ports: tcp(mongodbPort) };
  const own: Record<string, PolicySpec> = {
    "operator-to-mongodb": { podSelector: operator, policyTypes: ["Egress"], egress: [toMember, dns()] },
    // The API server is no pod, and has other addresses in every cluster.
    "operator-to-api": {
      podSelector: operator,
      policyTypes: ["Egress"],
      egress: [{ ports: tcp(443, 6443, 8443) }],
    },
  };
  return {
    "web-to-mongodb": { podSelector: web, policyTypes: ["Egress"], egress: [toMember] },
    "mongodb-to-mongodb": { podSelector: member, policyTypes: ["Egress"], egress: [toMember, dns()] },
    "mongodb-from-web": mongodbFrom(member, { podSelector: web }),
    "mongodb-from-mongodb": mongodbFrom(member, { podSelector: member }),
    "mongodb-from-operator": mongodbFrom(
      member,
      installs ? { podSelector: operator } : { podSelector: operator, namespaceSelector: {} },
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

function dns(): types.input.networking.v1.NetworkPolicyEgressRule {
  return {
    to: [
      {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
        podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
      },
    ],
    ports: [
      { protocol: "UDP", port: 53 },
      { protocol: "TCP", port: 53 },
    ],
  };
}
