import { randomBytes } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { partOf } from "../platform/metadata.ts";

/** Where a pod finds one value of a Secret. */
export interface SecretKey {
  readonly name: pulumi.Output<string>;
  readonly key: string;
}

/** The database that the application user belongs to, reads and writes. */
export const applicationDatabase = "app";

/**
 * A random password. It is made once and kept, encrypted, in Pulumi's state: a stash goes on giving its first value,
 * whatever the program offers it later.
 */
export function stashedPassword(name: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  const stash = new pulumi.Stash(
    name,
    { input: pulumi.secret(randomBytes(24).toString("base64url")) },
    { ...opts, ignoreChanges: ["input"], additionalSecretOutputs: ["input", "output"] },
  );
  return stash.output as pulumi.Output<string>;
}

/** A Secret with MongoDB's connection string. Another string is another Secret, so that the service's pods get it. */
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

/** A text as a Secret has it. */
export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
