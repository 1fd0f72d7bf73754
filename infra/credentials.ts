import { randomBytes } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { partOf } from "./metadata.ts";

/** Arguments of {@link Credentials}. */
export interface CredentialsArgs {
  readonly namespace: pulumi.Input<string>;
  /** With another number there are other users, with passwords of their own. */
  readonly version: number;
}

/** Where a pod finds one value of a Secret. */
export interface SecretKey {
  readonly name: pulumi.Output<string>;
  readonly key: string;
}

/** The database that the application user belongs to, reads and writes. */
export const applicationDatabase = "app";

/** A Secret's data, in base64: names and passwords of both users. */
export type UsersData = Readonly<
  Record<"root-user" | "root-password" | "app-user" | "app-password", pulumi.Output<string>>
>;

/**
 * MongoDB's root and application users, with random passwords. These are made once and kept, encrypted, in Pulumi's
 * state: a stash goes on giving its first value, whatever the program offers it later.
 */
export class Credentials extends pulumi.ComponentResource {
  /** Both users. */
  readonly users: UsersData;
  /** A Secret of this version alone that holds both users. */
  readonly usersSecret: pulumi.Output<string>;
  /** The application user's connection string, for the service. */
  readonly uri: SecretKey;

  constructor(name: string, args: CredentialsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:credentials:Credentials", name, args, opts);
    const metadata = { namespace: args.namespace, labels: partOf };

    const makeUser = (kind: "root" | "app") => {
      const user = `${kind}-${args.version}`;
      const stash = new pulumi.Stash(
        `${name}-${user}`,
        { input: pulumi.secret(randomBytes(24).toString("base64url")) },
        { parent: this, ignoreChanges: ["input"], additionalSecretOutputs: ["input", "output"] },
      );
      return { user, password: stash.output as pulumi.Output<string> };
    };
    const [root, app] = [makeUser("root"), makeUser("app")];

    this.users = {
      "root-user": pulumi.output(base64(root.user)),
      "root-password": root.password.apply(base64),
      "app-user": pulumi.output(base64(app.user)),
      "app-password": app.password.apply(base64),
    };
    const usersSecret = new k8s.core.v1.Secret(
      `${name}-wanted-users`,
      { metadata, immutable: true, data: this.users },
      { parent: this },
    );
    const uri = pulumi.interpolate`mongodb://${app.user}:${app.password}@mongodb:27017/${applicationDatabase}`;
    const uriSecret = new k8s.core.v1.Secret(
      `${name}-uri`,
      { metadata, immutable: true, data: { uri: uri.apply(base64) } },
      { parent: this },
    );
    this.usersSecret = usersSecret.metadata.name;
    this.uri = { name: uriSecret.metadata.name, key: "uri" };

    this.registerOutputs({ users: this.users, usersSecret: this.usersSecret, uri: this.uri });
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
