import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Requests } from "../cluster/nodes/capacity.ts";
import { partOf } from "./metadata.ts";
import { cpu, cpuOf, mebibytes, memoryOf } from "../cluster/nodes/quantity.ts";

/** Arguments of {@link Bounds}. */
export interface BoundsArgs {
  readonly namespace: pulumi.Input<string>;
  /** The most pods of the service at once, but for a rollout. */
  readonly maxReplicas: number;
  /** What one pod of the service asks for. */
  readonly web: Requests;
  /** What MongoDB's pods ask for, pod by pod, and all that belongs to them. */
  readonly database: readonly Requests[];
}

/** Names of the classes that say which pods go last. */
export interface Priorities {
  readonly web: pulumi.Output<string>;
  readonly database: pulumi.Output<string>;
}

/** What short-lived pods ask for together: those that change MongoDB's users, and cert-manager's answers. */
const helpers: Requests = { cpu: "200m", memory: "512Mi" };

/**
 * What the stack may take of a cluster that others share, and which of its pods go last when a node has too little:
 * first what uses more than it asked for, then by priority. MongoDB's come before the service's, and none of them
 * drives out the pods of others.
 */
export class Bounds extends pulumi.ComponentResource {
  readonly priorities: Priorities;

  constructor(name: string, args: BoundsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:namespace:Bounds", name, args, opts);
    const child = { parent: this };
    const metadata = { namespace: args.namespace, labels: partOf };

    new k8s.core.v1.ResourceQuota(name, { metadata, spec: { hard: quota(args) } }, child);
    // Other users' pods, such as cert-manager's, need not say what they ask for.
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
      web: priority("web", 1000, "The service: it goes before its database does."),
      database: priority("database", 2000, "MongoDB: without it nothing else is of use."),
    };

    this.registerOutputs({ priorities: this.priorities });
  }
}

/**
 * Room for a rollout under full load, in which as many pods again may be on their way out: a pod counts until it is
 * gone. So it never stops the stack itself, and ends what grows without end.
 */
export function quota({ maxReplicas, web, database }: Omit<BoundsArgs, "namespace">): Record<string, string> {
  const pods = 2 * maxReplicas + 1;
  const rest = [...database, ...database, helpers];
  const sum = (of: (requests: Requests) => number) =>
    pods * of(web) + rest.reduce((total, requests) => total + of(requests), 0);
  return {
    "requests.cpu": cpu(sum((requests) => cpuOf(requests.cpu))),
    "requests.memory": mebibytes(sum((requests) => memoryOf(requests.memory))),
    pods: String(pods + 2 * database.length + 10),
    persistentvolumeclaims: String(database.length),
  };
}
