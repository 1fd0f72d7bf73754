import * as docker from "@pulumi/docker";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { mongodbUser } from "./database.ts";
import { notAwaited, partOf } from "./metadata.ts";
import { claimSpec, type StorageArgs } from "./volume-claim.ts";

/** Arguments of {@link HostPathStorage}. */
export interface HostPathStorageArgs extends StorageArgs {
  /** Name of the volume in the node's Docker. */
  readonly volumeName: string;
  /** Identity of the cluster: another cluster's node has no directory yet. */
  readonly clusterId: pulumi.Input<string>;
  /** An image with `install`; MongoDB's own is on the node anyway. */
  readonly mongoImage: string;
  /** Whether the files survive `pulumi destroy`. */
  readonly keepData: boolean;
}

/**
 * A static hostPath volume. Its directory is a Docker volume of the node, because that has a life like the rest of
 * the stack: made before the pod, deleted with its files by `pulumi destroy`. And a container in that Docker can give
 * the directory to MongoDB's user, which kubelet doesn't do for a hostPath: no pod has to run as root for it.
 */
export class HostPathStorage extends pulumi.ComponentResource {
  /** Name of the claim that a pod mounts. */
  readonly claimName: pulumi.Output<string>;

  constructor(name: string, args: HostPathStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:storage:HostPathStorage", name, args, opts);
    const { namespace, size, clusterId, keepData } = args;

    const labels = [{ label: "koa-mongo-stack.cluster", value: clusterId }];
    const volume = new docker.Volume(
      name,
      { name: args.volumeName, labels },
      { parent: this, retainOnDelete: keepData },
    );
    const owner = new docker.Container(
      `${name}-owner`,
      {
        image: args.mongoImage,
        entrypoints: ["install"],
        command: [
          "--directory",
          `--owner=${mongodbUser}`,
          `--group=${mongodbUser}`,
          "--mode=0700",
          "/data/db",
        ],
        volumes: [{ volumeName: volume.name, containerPath: "/data/db" }],
        labels,
        networkMode: "none",
        attach: true,
        mustRun: false,
      },
      { parent: this },
    );

    // Neither can be changed in place: a new pair is made on the same directory, and the pod moves to it.
    const renewed = { parent: this, replaceOnChanges: ["spec", "metadata.labels"] };
    const persistentVolume = new k8s.core.v1.PersistentVolume(
      name,
      {
        // A volume whose claim is gone takes no other: with the namespace it is replaced, too.
        metadata: { labels: { ...partOf, "app.kubernetes.io/instance": namespace } },
        spec: {
          accessModes: ["ReadWriteOnce"],
          capacity: { storage: size },
          hostPath: { path: volume.mountpoint, type: "Directory" },
          persistentVolumeReclaimPolicy: "Retain",
          // The class "" keeps dynamic provisioners away.
          storageClassName: "",
        },
      },
      { ...renewed, dependsOn: owner },
    );
    const claim = new k8s.core.v1.PersistentVolumeClaim(
      name,
      {
        metadata: { namespace, labels: partOf, annotations: notAwaited },
        spec: {
          ...claimSpec(size, ""),
          volumeName: persistentVolume.metadata.name,
        },
      },
      renewed,
    );
    this.claimName = claim.metadata.name;

    this.registerOutputs({ claimName: this.claimName });
  }
}
