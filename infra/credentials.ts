import { randomBytes } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { partOf } from "./metadata.ts";

/** Arguments of {@link Credentials}. */
export interface CredentialsArgs {
  readonly namespace: pulumi.Input<string>;
}

/** Where a pod finds one value of a Secret. */
export interface SecretKey {
  readonly name: pulumi.Output<string>;
  readonly key: string;
}

/** The database that the application user belongs to, reads and writes. */
export const applicationDatabase = "app";

/**
 * Random passwords of MongoDB's root and application users. They are made once and kept, encrypted, in Pulumi's state:
 * a stash goes on giving its first value, whatever the program offers it later.
 */
export class Credentials extends pulumi.ComponentResource {
  /** The Secret with the files `root` and `app`, for MongoDB alone. */
  readonly passwordsSecret: pulumi.Output<string>;
  /** The application user's connection string, for the service. */
  readonly uri: SecretKey;

  constructor(name: string, args: CredentialsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:credentials:Credentials", name, args, opts);
    const metadata = { namespace: args.namespace, labels: partOf };

    const password = (user: string) =>
      new pulumi.Stash(
        `${name}-${user}`,
        { input: pulumi.secret(randomBytes(24).toString("base64url")) },
        { parent: this, ignoreChanges: ["input"], additionalSecretOutputs: ["input", "output"] },
      ).output as pulumi.Output<string>;
    const [root, app] = [password("root"), password("app")];

    const passwords = new k8s.core.v1.Secret(
      `${name}-passwords`,
      { metadata, immutable: true, data: { root: root.apply(base64), app: app.apply(base64) } },
      { parent: this },
    );
    const uri = pulumi.interpolate`mongodb://app:${app}@mongodb:27017/${applicationDatabase}`;
    const uriSecret = new k8s.core.v1.Secret(
      `${name}-uri`,
      { metadata, immutable: true, data: { uri: uri.apply(base64) } },
      { parent: this },
    );
    this.passwordsSecret = passwords.metadata.name;
    this.uri = { name: uriSecret.metadata.name, key: "uri" };

    this.registerOutputs({ passwordsSecret: this.passwordsSecret, uri: this.uri });
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
