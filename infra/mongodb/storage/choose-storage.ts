import type * as pulumi from "@pulumi/pulumi";
import { HostPathStorage } from "./hostpath-storage.ts";
import type { StorageSettings } from "../../settings/mongodb-settings.ts";
import type { Site } from "../../cluster/cluster-facts.ts";
import { StorageClassStorage } from "./storageclass-storage.ts";

/** Arguments of {@link databaseStorage}. */
export interface DatabaseStorageArgs {
  readonly namespace: pulumi.Input<string>;
  /** Name of the directory, for a hostPath volume. */
  readonly directory: string;
  readonly storage: StorageSettings;
  readonly site: Site;
  /** Identity of the cluster. */
  readonly clusterId: pulumi.Input<string>;
  /** Id of the stack. */
  readonly owner: pulumi.Input<string>;
}

/** Creates MongoDB's volume, of either kind. Returns the name of the claim. */
export function databaseStorage(
  name: string,
  { namespace, directory, storage, site, clusterId, owner }: DatabaseStorageArgs,
  opts: pulumi.ComponentResourceOptions,
): pulumi.Output<string> {
  const { size } = storage;
  if (storage.kind === "storageClass") {
    return new StorageClassStorage(name, { namespace, size, storageClass: storage.className }, opts)
      .claimName;
  }
  if (site.minikube === undefined) throw new Error("a hostPath volume needs a minikube cluster");
  const { profile, nodes } = site.minikube;
  const node = nodes.length > 1 ? { node: nodes[0] } : {};
  const { keepData } = storage;
  return new HostPathStorage(
    name,
    { namespace, size, profile, clusterId, ...node, directory, keepData, owner },
    opts,
  ).claimName;
}
