import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { notAwaited, partOf } from "../../platform/metadata.ts";
import { claimSpec, type StorageArgs } from "./volume-claim.ts";

/** Arguments of {@link StorageClassStorage}. */
export interface StorageClassStorageArgs extends StorageArgs {
  readonly storageClass: string;
}

/** A volume that the cluster provisions, from a StorageClass. */
export class StorageClassStorage extends pulumi.ComponentResource {
  /** Name of the claim that a pod mounts. */
  readonly claimName: pulumi.Output<string>;

  constructor(name: string, args: StorageClassStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:storage:StorageClassStorage", name, args, opts);

    const claim = new k8s.core.v1.PersistentVolumeClaim(
      name,
      {
        metadata: {
          namespace: args.namespace,
          labels: partOf,
          annotations: notAwaited,
        },
        spec: claimSpec(args.size, args.storageClass),
      },
      { parent: this },
    );
    this.claimName = claim.metadata.name;

    this.registerOutputs({ claimName: this.claimName });
  }
}
