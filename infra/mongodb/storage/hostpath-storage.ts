import * as k8s from "@pulumi/kubernetes";
import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { mongodbUser } from "../standalone-mongodb.ts";
import { notAwaited, partOf } from "../../platform/metadata.ts";
import { NodeCommand } from "../../commands/node-command.ts";
import { claimSpec, type StorageArgs } from "./volume-claim.ts";

/** Arguments of {@link HostPathStorage}. */
export interface HostPathStorageArgs extends StorageArgs {
  /** The minikube cluster. */
  readonly profile: string;
  /** Identity of the cluster. The node of another cluster has no directory yet. */
  readonly clusterId: pulumi.Input<string>;
  /** Name of the directory. */
  readonly directory: string;
  /** The node that has the directory, if the cluster has several nodes. @default the only one */
  readonly node?: string;
  /** Whether the files survive `pulumi destroy`. */
  readonly keepData: boolean;
  /** Id of the stack. Only the stack that used the directory last deletes it. */
  readonly owner: pulumi.Input<string>;
}

/**
 * A static hostPath volume, in the folder that minikube keeps over restarts. kubelet would create a hostPath's
 * directory for root. A command on the node creates the directory for MongoDB's user, so no pod has to run as root.
 * A file beside the directory names the owner: the stack that used the directory last. Only the owner's `destroy`
 * deletes the files.
 */
export class HostPathStorage extends pulumi.ComponentResource {
  /** Name of the claim that a pod mounts. */
  readonly claimName: pulumi.Output<string>;

  constructor(name: string, args: HostPathStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:storage:HostPathStorage", name, args, opts);
    const { namespace, size, profile, clusterId, keepData } = args;

    const path = hostPathOf(args.directory);
    const directory = new NodeCommand(
      `${name}-directory`,
      {
        profile,
        clusterId,
        create: pulumi.output(args.owner).apply((owner) => createLine(path, owner)),
        delete: pulumi.output(args.owner).apply((owner) => deleteLine(path, owner)),
      },
      { parent: this, retainOnDelete: keepData },
    );

    // Volume and claim are immutable. A change creates a new pair on the same directory, and the pod moves to the
    // new pair.
    const renewed = { parent: this, replaceOnChanges: ["spec", "metadata.labels"] };
    const volumeLabels = {
      "app.kubernetes.io/instance": namespace,
      "app.kubernetes.io/component": "mongodb",
    };
    const persistentVolume = new k8s.core.v1.PersistentVolume(
      name,
      {
        // A released volume binds no other claim, so a new namespace needs a new volume.
        metadata: { labels: { ...partOf, ...volumeLabels } },
        spec: {
          accessModes: ["ReadWriteOnce"],
          capacity: { storage: size },
          hostPath: { path, type: "Directory" },
          ...(args.node === undefined ? {} : { nodeAffinity: onNode(args.node) }),
          persistentVolumeReclaimPolicy: "Retain",
          // The class "" disables dynamic provisioners.
          storageClassName: "",
        },
      },
      renewed,
    );
    const claim = new k8s.core.v1.PersistentVolumeClaim(
      name,
      {
        metadata: { namespace, labels: partOf, annotations: notAwaited },
        spec: {
          ...claimSpec(size, ""),
          // With the volume's name, Kubernetes often marks the volume first, and the claim up to 15 s later.
          selector: { matchLabels: volumeLabels },
        },
      },
      // Kubernetes looks for a new claim's volume at once, and then every 15 s.
      { ...renewed, dependsOn: [directory, persistentVolume] },
    );
    this.claimName = claim.metadata.name;

    this.registerOutputs({ claimName: this.claimName });
  }
}

/** Path of a directory in the folder that minikube keeps over restarts. */
export function hostPathOf(directory: string): string {
  return `/data/${directory}`;
}

/**
 * The node's shell line that creates a directory. Before, the stack has checked that no other stack uses the
 * directory.
 */
export function createLine(path: string, owner: string): string {
  return (
    `sudo install --directory --owner=${mongodbUser} --group=${mongodbUser} --mode=0700 ${path} && ` +
    `echo ${owner} | sudo tee ${path}.owner >/dev/null`
  );
}

/** The node's shell line that deletes the directory with its files, if this stack was the last to use it. */
export function deleteLine(path: string, owner: string): string {
  return `if [ "$(cat ${path}.owner 2>/dev/null)" = ${owner} ]; then sudo rm -rf ${path} ${path}.owner; fi`;
}

/** Schedules the pod on the node that has the files. */
function onNode(node: string): types.input.core.v1.VolumeNodeAffinity {
  const hostname = { key: "kubernetes.io/hostname", operator: "In", values: [node] };
  return { required: { nodeSelectorTerms: [{ matchExpressions: [hostname] }] } };
}
