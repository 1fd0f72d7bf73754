import * as k8s from "@pulumi/kubernetes";
import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Credentials } from "./credentials.ts";
import { currentUsers, mongoContainer, mongodbUser, scriptFiles } from "./standalone-mongodb.ts";
import { partOf } from "../platform/metadata.ts";
import { podLabels, podSecurity } from "../platform/pod-defaults.ts";
import { terminationGraceSeconds } from "../web/web-defaults.ts";

/** Arguments of {@link UsersJob}. */
export interface UsersJobArgs {
  readonly namespace: pulumi.Input<string>;
  /** The official mongo image, with its version. */
  readonly image: pulumi.Input<string>;
  /** A node that has the image. @default any */
  readonly node?: string;
  /** The users that MongoDB is to have. */
  readonly credentials: Pick<Credentials, "usersSecret">;
  /** Makes these users, or drops those that were ours before. */
  readonly task: "add" | "drop";
}

/** Labels of its pods. */
export const usersJobLabels = podLabels("mongodb-users");

/**
 * Changes the users of the MongoDB that runs, once for each version of the credentials. What depends on `add` finds
 * them there; `drop` depends on all that had the former ones. Cut off anywhere, MongoDB has at least the users of the
 * Secret that its pod starts with, and those that the service's pods have.
 */
export class UsersJob extends pulumi.ComponentResource {
  constructor(name: string, args: UsersJobArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:database:UsersJob", name, args, opts);
    const child = { parent: this };
    const metadata = { namespace: args.namespace, labels: { ...partOf, ...usersJobLabels } };

    const scripts = new k8s.core.v1.ConfigMap(
      `${name}-scripts`,
      { metadata, immutable: true, data: scriptFiles(...scriptNames[args.task]) },
      child,
    );
    new k8s.batch.v1.Job(
      name,
      {
        // One that has failed will not do better: the next `up` makes another.
        metadata: { ...metadata, annotations: { "pulumi.com/replaceUnready": "true" } },
        spec: {
          backoffLimit: 1,
          activeDeadlineSeconds: 240,
          template: {
            metadata: { labels: { ...partOf, ...usersJobLabels } },
            spec: podSpec(args, scripts.metadata.name),
          },
        },
      },
      { ...child, customTimeouts: { create: "5m", update: "5m" } },
    );

    this.registerOutputs({});
  }
}

const scriptNames = {
  add: ["add-users.sh", "log-in.js", "set-users.js"],
  drop: ["drop-users.sh", "log-in.js", "drop-users.js"],
} as const;

function podSpec(args: UsersJobArgs, scripts: pulumi.Input<string>): types.input.core.v1.PodSpec {
  const { usersSecret } = args.credentials;
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: "Never",
    ...(args.node === undefined ? {} : { nodeSelector: { "kubernetes.io/hostname": args.node } }),
    securityContext: podSecurity(mongodbUser),
    containers: [container(args)],
    volumes: [
      { name: "users", secret: { secretName: usersSecret, defaultMode: 0o440 } },
      // Before the first start of MongoDB it is not there.
      { name: "current", secret: { secretName: currentUsers, defaultMode: 0o440, optional: true } },
      { name: "scripts", configMap: { name: scripts } },
      { name: "scratch", emptyDir: { sizeLimit: "64Mi" } },
    ],
  };
}

function container({ image, task }: UsersJobArgs): types.input.core.v1.Container {
  const common = mongoContainer(image, {
    requests: { cpu: "50m", memory: "128Mi" },
    // mongosh takes all the CPU it gets to start, and a MongoDB that has none answers too late.
    limits: { cpu: "250m", memory: "256Mi" },
  });
  return {
    ...common,
    name: `${task}-users`,
    command: ["bash", `/scripts/${task}-users.sh`],
    env: [
      { name: "HOME", value: "/tmp" },
      { name: "GRACE_SECONDS", value: String(terminationGraceSeconds) },
    ],
    volumeMounts: [
      { name: "users", mountPath: "/run/secrets/mongodb", readOnly: true },
      { name: "current", mountPath: "/run/secrets/mongodb-current", readOnly: true },
      { name: "scripts", mountPath: "/scripts", readOnly: true },
      { name: "scratch", mountPath: "/tmp" },
    ],
  };
}
