import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { partOf } from "../platform/metadata.ts";
import type { RegistryUser } from "../settings/cluster-settings.ts";

/** Arguments of {@link PullSecret}. */
export interface PullSecretArgs {
  readonly namespace: pulumi.Input<string>;
  /** Host and path of the image, without a tag. */
  readonly repository: string;
  readonly user: RegistryUser;
}

/** The Secret with which the cluster's nodes log in to the registry. */
export class PullSecret extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;

  constructor(name: string, args: PullSecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:image:PullSecret", name, args, opts);
    const { namespace, repository, user } = args;

    const secret = new k8s.core.v1.Secret(
      name,
      {
        metadata: { namespace, labels: partOf },
        type: "kubernetes.io/dockerconfigjson",
        stringData: {
          ".dockerconfigjson": user.password.apply((password) =>
            dockerConfig(repository, user.username, password),
          ),
        },
      },
      { parent: this },
    );
    this.name = secret.metadata.name;

    this.registerOutputs({ name: this.name });
  }
}

/** Text in the form of Docker's own configuration file. */
export function dockerConfig(repository: string, username: string, password: string): string {
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  return JSON.stringify({ auths: { [registryHost(repository)]: { username, password, auth } } });
}

/** The first part of a name is a host if it has a dot or a port, or is localhost. Otherwise the host is Docker Hub. */
function registryHost(repository: string): string {
  const [first = "", ...rest] = repository.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return isHost && first !== "docker.io" ? first : "https://index.docker.io/v1/";
}
