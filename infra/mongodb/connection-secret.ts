import { randomBytes } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { partOf } from "../platform/metadata.ts";

/** Name and key by which a pod finds one value of a Secret. */
export interface SecretKey {
  readonly name: pulumi.Output<string>;
  readonly key: string;
}

/** The application user's database, which the user reads and writes. */
export const applicationDatabase = "app";

/**
 * A random password, created once and kept, encrypted, in Pulumi's state. The stash keeps its first value, whatever
 * input the program passes later.
 */
export function stashedPassword(name: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  const stash = new pulumi.Stash(
    name,
    { input: pulumi.secret(randomBytes(24).toString("base64url")) },
    { ...opts, ignoreChanges: ["input"], additionalSecretOutputs: ["input", "output"] },
  );
  return stash.output as pulumi.Output<string>;
}

/**
 * A Secret with MongoDB's connection string. Another string creates another Secret, so that the service's pods are
 * replaced.
 */
export function connectionSecret(
  name: string,
  args: { readonly namespace: pulumi.Input<string>; readonly uri: pulumi.Output<string> },
  opts: pulumi.CustomResourceOptions,
): SecretKey {
  const metadata = { namespace: args.namespace, labels: partOf };
  const data = { uri: args.uri.apply(base64) };
  const secret = new k8s.core.v1.Secret(`${name}-uri`, { metadata, immutable: true, data }, opts);
  return { name: secret.metadata.name, key: "uri" };
}

/** Encodes a text in base64, as a Secret's data require. */
export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
