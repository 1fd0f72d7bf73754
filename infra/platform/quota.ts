import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Requests } from "../cluster/nodes/capacity.ts";
import { partOf } from "./metadata.ts";
import { bytesOf, cpuQuantity, milliCpuOf, memoryQuantity } from "../cluster/nodes/quantity.ts";

/** Arguments of {@link NamespaceLimits}. */
export interface NamespaceLimitsArgs {
  readonly namespace: pulumi.Input<string>;
  /** Maximum number of the service's pods, apart from a rollout. */
  readonly maxReplicas: number;
  /** Requests of one pod of the service. */
  readonly web: Requests;
  /** Requests of MongoDB's pods and of their operator, one entry for each pod. */
  readonly database: readonly Requests[];
}

/** Names of the PriorityClasses. */
export interface Priorities {
  readonly web: pulumi.Output<string>;
  readonly database: pulumi.Output<string>;
}

/** Total requests of short-lived pods: those that change MongoDB's users, and cert-manager's solvers. */
const helpers: Requests = { cpu: "200m", memory: "512Mi" };

/**
 * Limits the stack's share of a cluster, and sets the priorities of its pods. If a node has too little, Kubernetes
 * first evicts pods that exceed their requests, then pods of lower priority. MongoDB's priority is higher than the
 * service's. None of the stack's pods preempts other pods.
 */
export class NamespaceLimits extends pulumi.ComponentResource {
  readonly priorities: Priorities;

  constructor(name: string, args: NamespaceLimitsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:namespace:Bounds", name, args, opts);
    const child = { parent: this };
    const metadata = { namespace: args.namespace, labels: partOf };

    new k8s.core.v1.ResourceQuota(name, { metadata, spec: { hard: quota(args) } }, child);
    // Defaults for pods without requests, such as cert-manager's: the quota would reject such pods.
    new k8s.core.v1.LimitRange(
      name,
      {
        metadata,
        spec: {
          limits: [
            {
              type: "Container",
              defaultRequest: { cpu: "10m", memory: "64Mi" },
              default: { cpu: "100m", memory: "128Mi" },
            },
          ],
        },
      },
      child,
    );
    const priority = (component: string, value: number, description: string) =>
      new k8s.scheduling.v1.PriorityClass(
        `${name}-${component}`,
        { metadata: { labels: partOf }, value, preemptionPolicy: "Never", description },
        child,
      ).metadata.name;
    this.priorities = {
      web: priority("web", 1000, "The service. Kubernetes evicts its pods before MongoDB's."),
      database: priority("database", 2000, "MongoDB. Kubernetes evicts the service's pods first."),
    };

    this.registerOutputs({ priorities: this.priorities });
  }
}

/**
 * Has room for a rollout under full load, in which as many pods again may be ending. A pod counts until it is gone.
 * The quota never limits the stack itself, but limits growth by mistake.
 */
export function quota({
  maxReplicas,
  web,
  database,
}: Omit<NamespaceLimitsArgs, "namespace">): Record<string, string> {
  const pods = 2 * maxReplicas + 1;
  const rest = [...database, ...database, helpers];
  const sum = (of: (requests: Requests) => number) =>
    pods * of(web) + rest.reduce((total, requests) => total + of(requests), 0);
  return {
    "requests.cpu": cpuQuantity(sum((requests) => milliCpuOf(requests.cpu))),
    "requests.memory": memoryQuantity(sum((requests) => bytesOf(requests.memory))),
    pods: String(pods + 2 * database.length + 10),
    persistentvolumeclaims: String(database.length),
  };
}
