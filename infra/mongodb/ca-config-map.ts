import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { partOf } from "../platform/metadata.ts";

/** Name and key by which a pod finds one value of a ConfigMap. */
export interface ConfigMapKey {
  readonly name: pulumi.Output<string>;
  readonly key: string;
}

/**
 * A ConfigMap with the certificates, in PEM, of the CA that signed MongoDB's certificate. Other certificates create
 * another ConfigMap, so that the service's pods are replaced.
 */
export function caConfigMap(
  name: string,
  args: { readonly namespace: pulumi.Input<string>; readonly ca: pulumi.Input<string> },
  opts: pulumi.CustomResourceOptions,
): ConfigMapKey {
  const key = "ca.pem";
  const metadata = { namespace: args.namespace, labels: partOf };
  const data = { [key]: args.ca };
  const configMap = new k8s.core.v1.ConfigMap(`${name}-ca`, { metadata, immutable: true, data }, opts);
  return { name: configMap.metadata.name, key };
}
