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
  /** Memory of its container, a Kubernetes quantity. */
  readonly memory: string;
  /** The claim of the volume that holds the data; MongoDB's user must be able to write to it. */
  readonly claimName: pulumi.Input<string>;
  /** Its users. Where it runs already it must have them by now. */
  readonly credentials: Pick<Credentials, "users">;
  /** Name of the PriorityClass of its pod. @default the cluster's */
  readonly priority?: pulumi.Input<string>;
}

/** User and group `mongodb` of the official image. */
export const mongodbUser = 999;
/** MongoDB's port. */
export const mongodbPort = 27017;
/** Labels of MongoDB's pods. */
export const mongodbLabels = podLabels("mongodb");
/**
 * The Secret with the users that MongoDB has. Its name stays and its content changes: with other users the pod need not
 * start anew, and when it does it sets them.
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
    // As long as the startup probe, and the time to stop the previous pod.
    const customTimeouts = { create: "12m", update: "12m" };
    const statefulSet = new k8s.apps.v1.StatefulSet(
      name,
      {
        metadata: { ...metadata, annotations: deletedAtOnce },
        spec: {
          replicas: 1,
          // With OrderedReady a pod that can't start would be waited for before it is replaced by a better one.
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
  // mongod opens its port after it has recovered its data. mongosh, a Node process in mongod's memory limit, has no part
  // in a probe: a runtime need not end one that has timed out, and they would pile up.
  const tcp = { tcpSocket: { port: "mongodb" } };
  return {
    ...serverContainer(image, memory),
    name: "mongodb",
    args: ["mongod", "--auth", "--bind_ip_all", "--ipv6", ...mongodOptions(memory)],
    ports: [{ name: "mongodb", containerPort: mongodbPort }],
    volumeMounts: dataMounts(),
    // Ten minutes for the recovery of a MongoDB that was killed.
    startupProbe: { ...tcp, periodSeconds: 2, failureThreshold: 300, timeoutSeconds: 2 },
    readinessProbe: { ...tcp, periodSeconds: 5, failureThreshold: 2, timeoutSeconds: 3 },
    livenessProbe: { ...tcp, periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 2 },
  };
}

/** What a pod of this memory asks for. */
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

/** What every container of the mongo image has. */
export function mongoContainer(
  image: pulumi.Input<string>,
  resources: types.input.core.v1.ResourceRequirements,
) {
  return {
    image,
    imagePullPolicy: "IfNotPresent",
    // mongosh writes its log to the home directory, which would be the data's.
    env: [{ name: "HOME", value: "/tmp" }],
    resources,
    securityContext: containerSecurity(),
    // The last lines of one that failed are the pod's reason.
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
}

function dataMounts(): VolumeMount[] {
  return [
    { name: "data", mountPath: "/data/db" },
    // The image and mongosh write here, and the root file system is read-only.
    { name: "scratch", mountPath: "/tmp", subPath: "tmp" },
    { name: "scratch", mountPath: "/data/configdb", subPath: "configdb" },
  ];
}

/** A ConfigMap's data: scripts that run in the mongo image, by name. */
export function scriptFiles(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((file) => [file, readFileSync(join(scriptFolder, file), "utf8")]));
}
