import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  applicationDatabase,
  base64,
  connectionSecret,
  stashedPassword,
  type SecretKey,
} from "./connection-secret.ts";
import { partOf } from "../platform/metadata.ts";

/** Arguments of {@link Credentials}. */
export interface CredentialsArgs {
  readonly namespace: pulumi.Input<string>;
  /** Another version creates other users, with other passwords. */
  readonly version: number;
}

/** A Secret's data: names and passwords of both users, in base64. */
export type UsersData = Readonly<
  Record<"root-user" | "root-password" | "app-user" | "app-password", pulumi.Output<string>>
>;

/** MongoDB's root and application users, with random passwords. */
export class Credentials extends pulumi.ComponentResource {
  /** Names and passwords of both users. */
  readonly users: UsersData;
  /** Name of a Secret with both users of this version only. */
  readonly usersSecret: pulumi.Output<string>;
  /** The Secret with the application user's connection string, for the service. */
  readonly uri: SecretKey;

  constructor(name: string, args: CredentialsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:credentials:Credentials", name, args, opts);
    const metadata = { namespace: args.namespace, labels: partOf };

    const createUser = (kind: "root" | "app") => {
      const user = `${kind}-${args.version}`;
      return { user, password: stashedPassword(`${name}-${user}`, { parent: this }) };
    };
    const [root, app] = [createUser("root"), createUser("app")];

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
    this.uri = connectionSecret(name, { namespace: args.namespace, uri }, { parent: this });
    this.usersSecret = usersSecret.metadata.name;

    this.registerOutputs({ users: this.users, usersSecret: this.usersSecret, uri: this.uri });
  }
}
