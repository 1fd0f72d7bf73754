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
  /** The users that MongoDB gets. */
  readonly credentials: Pick<Credentials, "usersSecret">;
  /** Whether the Job adds these users, or drops the stack's previous ones. */
  readonly task: "add" | "drop";
}

/** Labels of the Job's pods. */
export const usersJobLabels = podLabels("mongodb-users");

/**
 * Changes the users of a running MongoDB, once for each version of the credentials. Dependents of `add` can use the
 * new users. `drop` depends on all resources that used the previous ones. If `up` is interrupted, MongoDB still has
 * the users of its pod's Secret, and those of the service's pods.
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
        // A failed Job stays failed: the next `up` replaces it.
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
      // The Secret does not exist before MongoDB's first start.
      { name: "current", secret: { secretName: currentUsers, defaultMode: 0o440, optional: true } },
      { name: "scripts", configMap: { name: scripts } },
      { name: "scratch", emptyDir: { sizeLimit: "64Mi" } },
    ],
  };
}

function container({ image, task }: UsersJobArgs): types.input.core.v1.Container {
  const common = mongoContainer(image, {
    requests: { cpu: "50m", memory: "128Mi" },
    // mongosh uses all available CPU to start. Without CPU, MongoDB would answer too late.
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
