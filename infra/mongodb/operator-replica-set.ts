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
  unavailableNodeTolerations,
  memberLabelsOf,
  podLabels,
  podSecurity,
} from "../platform/pod-defaults.ts";
import type { ClassStorage } from "../settings/mongodb-settings.ts";
import { claimSpec } from "./storage/volume-claim.ts";

/** Arguments of {@link ReplicaSet}. */
export interface ReplicaSetArgs {
  readonly namespace: pulumi.Input<string>;
  /** The StorageClass and size of each member's volume. */
  readonly storage: ClassStorage;
  /** Memory of each member, a Kubernetes quantity. */
  readonly memory: string;
  /**
   * Whether the stack installs the operator. Otherwise the cluster must have an operator that watches every
   * namespace.
   */
  readonly installs: boolean;
  /** Kubeconfig context. @default the current one */
  readonly context?: string | undefined;
  /** Identity of the cluster. @default the identity never changes */
  readonly clusterId?: pulumi.Input<string> | undefined;
  /** Number of nodes for pods. With fewer nodes than members, members share a node and `up` warns. @default unknown */
  readonly nodes?: number;
  /** Name of the PriorityClass of the members. @default the cluster's */
  readonly priority?: pulumi.Input<string>;
}

/** Version of the operator: https://docs.percona.com/percona-operator-for-mongodb/operator.html */
export const operatorVersion = "1.22.0";
/** Image of a member's mongod. */
export const memberImage = "percona/percona-server-mongodb:8.0.19-7";
const backupImage = "percona/percona-backup-mongodb:2.12.0";
const chart = { chart: "psmdb-operator", repo: "https://percona.github.io/percona-helm-charts/" };

const resourceName = "mongodb";
const replicaSetName = "rs0";
/** Number of members. A majority must be available. */
export const members = 3;
/** Requests of one member. The operator derives WiredTiger's cache from the memory. */
export function memberRequests(memory: string): Requests {
  return { cpu: "300m", memory };
}
/** Requests of the operator. */
export const operatorRequests: Requests = { cpu: "100m", memory: "128Mi" };
/** User and group ids of the operator's images. */
const perconaUser = 1001;
const operatorUser = 2;

/** Labels of the members' pods. */
export const memberLabels = memberLabelsOf(resourceName);
/** Labels of the operator's pod, if the stack installs the operator. */
export const operatorLabels = podLabels("psmdb-operator");
/** Names in the labels of an operator's pods: by Percona's chart, and by Percona's manifests and OLM. */
export const operatorNames = ["psmdb-operator", "percona-server-mongodb-operator"] as const;

/**
 * A replica set of three MongoDBs. Percona's operator creates, repairs and stops the members in order. The members
 * use TLS among themselves. The service's connection is not encrypted; network policies alone protect it, as with
 * the standalone MongoDB. The operator's certificates only work for clients that have a certificate, too.
 */
export class ReplicaSet extends pulumi.ComponentResource {
  /** The Secret with the application user's connection string, for the service. */
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
      // The operator must run until the replica set is deleted.
      { ...child, dependsOn: operator, customTimeouts: { create: "15m", update: "30m", delete: "10m" } },
    );
    this.uri = connectionSecret(name, { namespace, uri: connectionString(namespace, password) }, child);

    this.registerOutputs({ uri: this.uri });
  }

  /**
   * Installs the operator in the stack's namespace, with rights only there. On uninstall, Helm keeps the
   * definitions of the operator's resources, because other stacks may use them.
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

/** Values that differ from the chart's own. */
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
    `MongoDB's ${members} members share ${nodes === 1 ? "one node" : `${nodes} nodes`}. If a node with two members ` +
    `is unavailable, MongoDB accepts no writes. Add nodes until the cluster has ${members}.`
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
    // Versions change only with this file.
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
        // The constraint below spreads the members, and works with any number of nodes.
        affinity: { antiAffinityTopologyKey: "none" },
        topologySpreadConstraints: [nodeSpread(), zoneSpread()],
        tolerations: unavailableNodeTolerations(300),
        ...(priority === undefined ? {} : { priorityClassName: priority }),
        podSecurityContext: podSecurity(perconaUser),
        // The image writes to its root file system.
        containerSecurityContext: { ...containerSecurity(), readOnlyRootFilesystem: false },
        // Without this setting, the operator's argument --bind_ip_all binds to IPv4 only.
        configuration: "net:\n  ipv6: true\n",
        // Supported since version 1.22 of the operator.
        env: mongodEnv,
        resources: { requests: memberRequests(memory), limits: { cpu: "1", memory } },
        volumeSpec: { persistentVolumeClaim: claimSpec(storage.size, storage.className) },
      },
    ],
    sharding: { enabled: false },
    // The API requires an image even for disabled backups.
    backup: { enabled: false, image: backupImage },
    logcollector: { enabled: false },
  };
}

/**
 * Places each member on its own node if there are three, and otherwise spreads the members as evenly as possible.
 * Unlike anti-affinity, the constraint doesn't depend on the number of nodes, which changes during a drain. Nodes
 * that take no pods don't count.
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

/** A write that a majority has is never rolled back. If a failover interrupts a write, the driver retries it once. */
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
