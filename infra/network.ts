import * as k8s from "@pulumi/kubernetes";
import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { mongodbLabels, mongodbPort } from "./database.ts";
import { partOf } from "./metadata.ts";
import { usersJobLabels } from "./users-job.ts";
import type { Collector } from "./settings.ts";
import { metricsPort, webLabels, webPort } from "./web.ts";

type PolicySpec = types.input.networking.v1.NetworkPolicySpec;

/** Who beside the stack's own pods has part in it. */
export interface Neighbours {
  /** The namespace whose pods may read the metrics. @default nobody may */
  readonly metricsFrom?: string | undefined;
  /** Where the service's pods may send traces. @default nowhere */
  readonly collector?: Pick<Collector, "namespace" | "port"> | undefined;
}

/** Arguments of {@link NetworkRules}. */
export interface NetworkRulesArgs extends Neighbours {
  readonly namespace: pulumi.Input<string>;
  /** Why nobody may rely on the rules, which `up` then warns of. @default they are enforced */
  readonly fault?: string;
}

/** Who may talk to whom. Nobody else does: not even MongoDB to the outside. */
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
export function policies({ metricsFrom, collector }: Neighbours = {}): Record<string, PolicySpec> {
  const tcp = (port: number) => [{ protocol: "TCP", port }];
  const web = { matchLabels: webLabels };
  const mongodb = { matchLabels: mongodbLabels };
  const users = { matchLabels: usersJobLabels };
  const toMongodb = { to: [{ podSelector: mongodb }], ports: tcp(mongodbPort) };
  const mongodbFrom = (pods: typeof web) => ({ from: [{ podSelector: pods }], ports: tcp(mongodbPort) });
  return {
    "deny-all": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    "any-to-web": { podSelector: web, policyTypes: ["Ingress"], ingress: [{ ports: tcp(webPort) }] },
    "web-to-mongodb": { podSelector: web, policyTypes: ["Egress"], egress: [toMongodb] },
    "web-to-dns": { podSelector: web, policyTypes: ["Egress"], egress: [dns()] },
    "users-to-mongodb": { podSelector: users, policyTypes: ["Egress"], egress: [toMongodb, dns()] },
    "mongodb-from-web": { podSelector: mongodb, policyTypes: ["Ingress"], ingress: [mongodbFrom(web)] },
    "mongodb-from-users": { podSelector: mongodb, policyTypes: ["Ingress"], ingress: [mongodbFrom(users)] },
    ...(metricsFrom === undefined ? {} : { "metrics-to-neighbour": metricsTo(metricsFrom) }),
    ...(collector === undefined ? {} : { "web-to-collector": tracesTo(collector) }),
  };
}

function metricsTo(namespace: string): PolicySpec {
  const ingress = [{ from: [podsOf(namespace)], ports: [{ protocol: "TCP", port: metricsPort }] }];
  return { podSelector: { matchLabels: webLabels }, policyTypes: ["Ingress"], ingress };
}

function tracesTo({ namespace, port }: NonNullable<Neighbours["collector"]>): PolicySpec {
  const egress = [{ to: [podsOf(namespace)], ports: [{ protocol: "TCP", port }] }];
  return { podSelector: { matchLabels: webLabels }, policyTypes: ["Egress"], egress };
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
