import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Requests } from "../cluster/nodes/capacity.ts";
import type { Credentials } from "./credentials.ts";
import { mongodEnv, mongodOptions } from "./mongod-options.ts";
import { seriesFile } from "./mongodb-version.ts";
import { deletedAtOnce, notAwaited, partOf } from "../platform/metadata.ts";
import { containerSecurity, podLabels, podSecurity } from "../platform/pod-defaults.ts";

type Container = types.input.core.v1.Container;
type VolumeMount = types.input.core.v1.VolumeMount;

/** Arguments of {@link MongoDatabase}. */
export interface MongoDatabaseArgs {
  readonly namespace: pulumi.Input<string>;
  /** The official mongo image, with its version. */
  readonly image: pulumi.Input<string>;
  /** Memory of MongoDB's container, a Kubernetes quantity. */
  readonly memory: string;
  /** The claim of the volume for the data. MongoDB's user must be able to write to the volume. */
  readonly claimName: pulumi.Input<string>;
  /** MongoDB's users. A running MongoDB must have these users already. */
  readonly credentials: Pick<Credentials, "users">;
  /** Name of the PriorityClass of MongoDB's pod. @default the cluster's */
  readonly priority?: pulumi.Input<string>;
}

/** User and group `mongodb` of the official image. */
export const mongodbUser = 999;
/** MongoDB's port. */
export const mongodbPort = 27017;
/** Labels of MongoDB's pods. */
export const mongodbLabels = podLabels("mongodb");
/**
 * The Secret with MongoDB's current users. The name stays and the content changes, so that other users don't
 * restart the pod. At its next start, the pod sets the users.
 */
export const currentUsers = "mongodb-users";

const scriptFolder = join(import.meta.dirname, "scripts");

/** One MongoDB with authentication, at the DNS name `mongodb`. */
export class MongoDatabase extends pulumi.ComponentResource {
  /** The StatefulSet's name. */
  readonly statefulSetName: pulumi.Output<string>;

  constructor(name: string, args: MongoDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:database:MongoDatabase", name, args, opts);
    const { namespace } = args;
    const child = { parent: this };
    const metadata = { namespace, labels: { ...partOf, ...mongodbLabels } };
    const ports = [{ name: "mongodb", port: mongodbPort, targetPort: "mongodb" }];

    const scripts = new k8s.core.v1.ConfigMap(
      `${name}-scripts`,
      {
        metadata,
        immutable: true,
        data: scriptFiles("set-users.sh", "set-users.js"),
      },
      child,
    );
    const users = new k8s.core.v1.Secret(
      `${name}-users`,
      { metadata: { ...metadata, name: currentUsers }, data: args.credentials.users },
      child,
    );
    new k8s.core.v1.Service(
      name,
      {
        metadata: { ...metadata, name: "mongodb", annotations: notAwaited },
        spec: { selector: mongodbLabels, ports },
      },
      child,
    );
    const headless = new k8s.core.v1.Service(
      `${name}-members`,
      {
        metadata: { ...metadata, annotations: notAwaited },
        spec: { selector: mongodbLabels, ports, clusterIP: "None" },
      },
      child,
    );
    // Enough for the startup probe, and to stop the previous pod.
    const customTimeouts = { create: "12m", update: "12m" };
    const statefulSet = new k8s.apps.v1.StatefulSet(
      name,
      {
        metadata: { ...metadata, annotations: deletedAtOnce },
        spec: {
          replicas: 1,
          // With OrderedReady, Kubernetes would wait for a broken pod to become ready before it applies a fix.
          podManagementPolicy: "Parallel",
          serviceName: headless.metadata.name,
          selector: { matchLabels: mongodbLabels },
          template: {
            metadata: { labels: { ...partOf, ...mongodbLabels } },
            spec: podSpec(args, scripts.metadata.name),
          },
        },
      },
      { ...child, customTimeouts, dependsOn: users },
    );
    this.statefulSetName = statefulSet.metadata.name;

    this.registerOutputs({ statefulSetName: this.statefulSetName });
  }
}

function podSpec(args: MongoDatabaseArgs, scripts: pulumi.Input<string>): types.input.core.v1.PodSpec {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: podSecurity(mongodbUser),
    terminationGracePeriodSeconds: 60,
    ...(args.priority === undefined ? {} : { priorityClassName: args.priority }),
    initContainers: [setUsers(args)],
    containers: [mongod(args)],
    volumes: [
      { name: "data", persistentVolumeClaim: { claimName: args.claimName } },
      { name: "users", secret: { secretName: currentUsers, defaultMode: 0o440 } },
      { name: "scripts", configMap: { name: scripts } },
      { name: "scratch", emptyDir: { sizeLimit: "64Mi" } },
    ],
  };
}

function setUsers({ image, memory }: MongoDatabaseArgs): Container {
  const server = serverContainer(image, memory);
  return {
    ...server,
    name: "set-users",
    command: ["bash", "/scripts/set-users.sh"],
    env: [...server.env, { name: "SERIES_FILE", value: seriesFile }],
    volumeMounts: [
      ...dataMounts(),
      { name: "users", mountPath: "/run/secrets/mongodb", readOnly: true },
      { name: "scripts", mountPath: "/scripts", readOnly: true },
    ],
  };
}

function mongod({ image, memory }: MongoDatabaseArgs): Container {
  // mongod opens its port after the recovery of its data. A probe with mongosh would start a Node process in
  // mongod's memory limit. A runtime need not end a probe that has timed out, so these processes would pile up.
  const tcp = { tcpSocket: { port: "mongodb" } };
  return {
    ...serverContainer(image, memory),
    name: "mongodb",
    args: ["mongod", "--auth", "--bind_ip_all", "--ipv6", ...mongodOptions(memory)],
    ports: [{ name: "mongodb", containerPort: mongodbPort }],
    volumeMounts: dataMounts(),
    // Ten minutes for recovery, if MongoDB was killed. `up` waits for the first probe after MongoDB's start.
    startupProbe: { ...tcp, periodSeconds: 1, failureThreshold: 600, timeoutSeconds: 2 },
    readinessProbe: { ...tcp, periodSeconds: 5, failureThreshold: 2, timeoutSeconds: 3 },
    livenessProbe: { ...tcp, periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 2 },
  };
}

/** Requests of a pod with this memory. */
export function standaloneRequests(memory: string): Requests {
  return { cpu: "250m", memory };
}

function serverContainer(image: pulumi.Input<string>, memory: string) {
  const common = mongoContainer(image, {
    requests: { ...standaloneRequests(memory) },
    limits: { cpu: "1", memory },
  });
  return { ...common, env: [...common.env, ...mongodEnv] };
}

/** Fields that all containers of the mongo image share. */
export function mongoContainer(
  image: pulumi.Input<string>,
  resources: types.input.core.v1.ResourceRequirements,
) {
  return {
    image,
    imagePullPolicy: "IfNotPresent",
    // mongosh writes its log to the home directory, which would be on the data volume.
    env: [{ name: "HOME", value: "/tmp" }],
    resources,
    securityContext: containerSecurity(),
    // If a container fails, its last lines become the pod's reason.
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
}

function dataMounts(): VolumeMount[] {
  return [
    { name: "data", mountPath: "/data/db" },
    // The image and mongosh write to these folders, and the root file system is read-only.
    { name: "scratch", mountPath: "/tmp", subPath: "tmp" },
    { name: "scratch", mountPath: "/data/configdb", subPath: "configdb" },
  ];
}

/** Reads scripts for the mongo image, as a ConfigMap's data by file name. */
export function scriptFiles(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((file) => [file, readFileSync(join(scriptFolder, file), "utf8")]));
}
