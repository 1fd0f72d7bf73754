import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** Arguments that every kind of storage has. */
export interface StorageArgs {
  readonly namespace: pulumi.Input<string>;
  /** Size of the volume, as a Kubernetes quantity. */
  readonly size: string;
}

/** A claim for a volume of this size and class, which one node at a time can mount. */
export function claimSpec(
  size: string,
  storageClassName: string,
): types.input.core.v1.PersistentVolumeClaimSpec {
  return { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: size } }, storageClassName };
}
