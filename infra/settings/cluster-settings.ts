import { RunError, secret, type Config, type Output } from "@pulumi/pulumi";
import { matching, oneOf, optional, rejectKeys } from "./config-values.ts";

/** The cluster that the stack is deployed to. */
export type ClusterSettings =
  | { readonly kind: "minikube"; readonly profile: string }
  /** A cluster of the kubeconfig. @default the current context */
  | { readonly kind: "current"; readonly context?: string };

const kinds = ["minikube", "current"] as const;

/**
 * Reads the cluster's settings.
 * @throws {RunError} the key and the problem, in one sentence
 */
export function readCluster(config: Config): ClusterSettings {
  const kind = oneOf(config, "cluster", kinds);
  const profile = matching(config, "minikubeProfile", /^[\w.-]+$/, "the name of a minikube profile");
  if (kind === "minikube") {
    rejectKeys(config, ["context"], "cluster current");
    return { kind, profile };
  }
  const context = optional(config, "context", /^\S+$/, "the name of a context of the kubeconfig");
  return { kind, ...(context === undefined ? {} : { context }) };
}

/** The registry for the image, if the cluster can't build the image. */
export interface RegistrySettings {
  /** Host and path of the image, without a tag. */
  readonly repository: string;
  /** Login for the push. @default the one that `docker login` stored */
  readonly push?: RegistryUser;
  /** Login with which the cluster's nodes pull. @default none */
  readonly pull?: RegistryUser;
}

/** A login of a registry. */
export interface RegistryUser {
  readonly username: string;
  /** A secret, because components keep their arguments in the state. */
  readonly password: Output<string>;
}

const repository = /^([a-z0-9.-]+(:\d{1,5})?\/)?[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;

/**
 * Reads the registry's settings. A user from the configuration is for push and for the nodes' pull. A user from the
 * environment is only for push, because a pipeline's token expires within an hour.
 * @throws {RunError} the key and the problem, in one sentence
 */
export function readRegistry(
  config: Config,
  env: NodeJS.ProcessEnv = process.env,
): RegistrySettings | undefined {
  const name = optional(
    config,
    "registry",
    repository,
    "a repository without a tag, such as ghcr.io/OWNER/koa-mongo-stack",
  );
  const pull = user(
    {
      name: "registryUsername",
      value: config.require("registryUsername"),
      set: "pulumi config set registryUsername NAME",
    },
    {
      name: "registryPassword",
      value: config.require("registryPassword"),
      set: "pulumi config set --secret registryPassword",
    },
  );
  if (name === undefined) {
    rejectKeys(config, ["registryUsername"], "a registry");
    return undefined;
  }
  const ofEnvironment = user(
    { name: "REGISTRY_USERNAME", value: env.REGISTRY_USERNAME ?? "", set: "export REGISTRY_USERNAME=NAME" },
    {
      name: "REGISTRY_PASSWORD",
      value: env.REGISTRY_PASSWORD ?? "",
      set: "export REGISTRY_PASSWORD=PASSWORD",
    },
  );
  const push = ofEnvironment ?? pull;
  return {
    repository: name,
    ...(push === undefined ? {} : { push }),
    ...(pull === undefined ? {} : { pull }),
  };
}

/** A configuration key or an environment variable. */
interface Setting {
  readonly name: string;
  readonly value: string;
  /** The command that sets the value. */
  readonly set: string;
}

function user(username: Setting, password: Setting): RegistryUser | undefined {
  if (username.value === "" && password.value === "") return undefined;
  if (username.value !== "" && password.value !== "") {
    return { username: username.value, password: secret(password.value) };
  }
  const [isSet, missing] = username.value === "" ? [password, username] : [username, password];
  throw new RunError(`${isSet.name} is set, and ${missing.name} is not. Run: ${missing.set}`);
}
