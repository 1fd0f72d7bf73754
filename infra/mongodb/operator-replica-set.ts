import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Requests } from "../cluster/nodes/capacity.ts";
import {
  applicationDatabase,
  base64,
  connectionSecret,
  stashedPassword,
  type SecretKey,
} from "./connection-secret.ts";
import { mongodEnv } from "./mongod-options.ts";
import { OperatorDefinitions } from "./operator-definitions.ts";
import { partOf } from "../platform/metadata.ts";
import {
  containerSecurity,
  leaveAfter,
  memberLabelsOf,
  podLabels,
  podSecurity,
} from "../platform/pod-defaults.ts";
import type { ClassStorage } from "../settings/mongodb-settings.ts";
import { claimSpec } from "./storage/volume-claim.ts";

/** Arguments of {@link ReplicaSet}. */
export interface ReplicaSetArgs {
  readonly namespace: pulumi.Input<string>;
  /** Each member has a volume of this. */
  readonly storage: ClassStorage;
  /** Memory of each member, a Kubernetes quantity. */
  readonly memory: string;
  /** Whether the stack brings the operator, or the cluster has one that watches every namespace. */
  readonly installs: boolean;
  /** The kubeconfig's context, for kubectl. @default the current one */
  readonly context?: string | undefined;
  /** Identity of the cluster. @default it is always the same */
  readonly clusterId?: pulumi.Input<string> | undefined;
  /** Nodes for pods; with fewer than members, these share a node and `up` warns. @default unknown */
  readonly nodes?: number;
  /** Name of the PriorityClass of the members. @default the cluster's */
  readonly priority?: pulumi.Input<string>;
}

/** The operator, and what it is told: https://docs.percona.com/percona-operator-for-mongodb/operator.html */
export const operatorVersion = "1.22.0";
/** Image of a member's mongod. */
export const memberImage = "percona/percona-server-mongodb:8.0.19-7";
const backupImage = "percona/percona-backup-mongodb:2.12.0";
const chart = { chart: "psmdb-operator", repo: "https://percona.github.io/percona-helm-charts/" };

const resourceName = "mongodb";
const replicaSetName = "rs0";
/** Members, of which a majority has to be there. */
export const members = 3;
/** What one of them asks for. The operator derives WiredTiger's cache from it. */
export function memberRequests(memory: string): Requests {
  return { cpu: "300m", memory };
}
/** What the operator asks for. */
export const operatorRequests: Requests = { cpu: "100m", memory: "128Mi" };
/** User and group of the operator's images. */
const perconaUser = 1001;
const operatorUser = 2;

/** Labels of the members' pods. */
export const memberLabels = memberLabelsOf(resourceName);
/** Labels of the operator's own pod. */
export const operatorLabels = podLabels("psmdb-operator");
/** Names that an operator's pods may have as a label: of Percona's chart, and of Percona's manifests and OLM. */
export const operatorNames = ["psmdb-operator", "percona-server-mongodb-operator"] as const;

/**
 * A replica set of three MongoDBs, which Percona's operator makes, heals and stops in order. Its members talk TLS among
 * themselves; the service doesn't, and is kept apart by network policies, as with a MongoDB of our own: the operator's
 * certificates are for clients that have one, too.
 */
export class ReplicaSet extends pulumi.ComponentResource {
  /** The application user's connection string, for the service. */
  readonly uri: SecretKey;

  constructor(name: string, args: ReplicaSetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:database:ReplicaSet", name, args, opts);
    const { namespace } = args;
    if (shareNodes(args)) void pulumi.log.warn(sharedNodes(args.nodes ?? 0));
    const child = { parent: this };
    const metadata = { namespace, labels: partOf };

    const operator = args.installs ? [this.operator(name, args)] : [];
    const password = stashedPassword(`${name}-app`, child);
    const user = new k8s.core.v1.Secret(
      `${name}-app`,
      { metadata, data: { password: password.apply(base64) } },
      child,
    );
    new k8s.apiextensions.CustomResource(
      name,
      {
        apiVersion: "psmdb.percona.com/v1",
        kind: "PerconaServerMongoDB",
        metadata: {
          ...metadata,
          name: resourceName,
          annotations: { "pulumi.com/waitFor": "jsonpath={.status.state}=ready" },
          finalizers: ["percona.com/delete-psmdb-pods-in-order"],
        },
        spec: spec(args, user.metadata.name),
      },
      // While it is deleted it needs its operator.
      { ...child, dependsOn: operator, customTimeouts: { create: "15m", update: "30m", delete: "10m" } },
    );
    this.uri = connectionSecret(name, { namespace, uri: connectionString(namespace, password) }, child);

    this.registerOutputs({ uri: this.uri });
  }

  /**
   * In our own namespace, with rights there only. Helm leaves the definitions of its resources when it goes: another
   * stack of the cluster may have some.
   */
  private operator(name: string, { namespace, context, clusterId }: ReplicaSetArgs): k8s.helm.v3.Release {
    const definitions = new OperatorDefinitions(
      `${name}-definitions`,
      { version: operatorVersion, context, clusterId },
      { parent: this },
    );
    return new k8s.helm.v3.Release(
      `${name}-operator`,
      {
        chart: chart.chart,
        version: operatorVersion,
        repositoryOpts: { repo: chart.repo },
        namespace,
        atomic: true,
        timeout: 300,
        values: operatorValues(),
      },
      { parent: this, dependsOn: definitions },
    );
  }
}

/** What differs from the chart's own values. */
export function operatorValues(): Record<string, unknown> {
  return {
    disableTelemetry: true,
    podLabels: partOf,
    podSecurityContext: podSecurity(operatorUser),
    securityContext: containerSecurity(),
    resources: { requests: operatorRequests, limits: { cpu: "500m", memory: "256Mi" } },
  };
}

function shareNodes({ nodes = members }: Pick<ReplicaSetArgs, "nodes">): boolean {
  return nodes < members;
}

function sharedNodes(nodes: number): string {
  return (
    `MongoDB's ${members} members share ${nodes === 1 ? "one node" : `${nodes} nodes`}: one that is away may take ` +
    `the majority with it, and writes with that. Add nodes until there are ${members}.`
  );
}

function spec(args: ReplicaSetArgs, passwordSecret: pulumi.Input<string>) {
  const { storage, priority, memory } = args;
  return {
    crVersion: operatorVersion,
    image: memberImage,
    imagePullPolicy: "IfNotPresent",
    initContainerSecurityContext: containerSecurity(),
    updateStrategy: "SmartUpdate",
    // A version changes when this file does.
    upgradeOptions: { apply: "disabled" },
    tls: { mode: "preferTLS" },
    users: [
      {
        name: "app",
        db: applicationDatabase,
        passwordSecretRef: { name: passwordSecret, key: "password" },
        roles: [{ name: "readWrite", db: applicationDatabase }],
      },
    ],
    replsets: [
      {
        name: replicaSetName,
        size: members,
        podDisruptionBudget: { maxUnavailable: 1 },
        // The constraint below spreads them: it holds with any number of nodes.
        affinity: { antiAffinityTopologyKey: "none" },
        topologySpreadConstraints: [nodeSpread(), zoneSpread()],
        tolerations: leaveAfter(300),
        ...(priority === undefined ? {} : { priorityClassName: priority }),
        podSecurityContext: podSecurity(perconaUser),
        // The image writes to its own root.
        containerSecurityContext: { ...containerSecurity(), readOnlyRootFilesystem: false },
        // The operator's own argument --bind_ip_all is IPv4 alone without it.
        configuration: "net:\n  ipv6: true\n",
        // Since version 1.22 of the operator.
        env: mongodEnv,
        resources: { requests: memberRequests(memory), limits: { cpu: "1", memory } },
        volumeSpec: { persistentVolumeClaim: claimSpec(storage.size, storage.className) },
      },
    ],
    sharding: { enabled: false },
    // The API asks for an image all the same.
    backup: { enabled: false, image: backupImage },
    logcollector: { enabled: false },
  };
}

/**
 * A node each where there are three, and else as even as can be. Unlike anti-affinity it does not depend on the number of
 * nodes, which changes while one is drained. Nodes that take no pods don't count.
 */
function nodeSpread() {
  return {
    maxSkew: 1,
    topologyKey: "kubernetes.io/hostname",
    whenUnsatisfiable: "DoNotSchedule",
    nodeTaintsPolicy: "Honor",
    labelSelector: { matchLabels: memberLabels },
  };
}

function zoneSpread() {
  return {
    maxSkew: 1,
    topologyKey: "topology.kubernetes.io/zone",
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: memberLabels },
  };
}

/** What a majority has is never rolled back, and a write that a failover cuts off is tried once more by the driver. */
function connectionString(
  namespace: pulumi.Input<string>,
  password: pulumi.Input<string>,
): pulumi.Output<string> {
  const service = `${resourceName}-${replicaSetName}`;
  const hosts = Array.from(
    { length: members },
    (_, index) => pulumi.interpolate`${service}-${index}.${service}.${namespace}.svc.cluster.local:27017`,
  );
  const options = `replicaSet=${replicaSetName}&w=majority&retryWrites=true`;
  const seeds = pulumi.all(hosts).apply((list) => list.join(","));
  return pulumi.interpolate`mongodb://app:${password}@${seeds}/${applicationDatabase}?${options}`;
}
