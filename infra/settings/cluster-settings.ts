import { RunError, secret, type Config, type Output } from "@pulumi/pulumi";
import { matching, oneOf, optional, refuseKeys } from "./config-values.ts";

/** Which cluster it goes to. */
export type ClusterSettings =
  | { readonly kind: "minikube"; readonly profile: string }
  /** One of the kubeconfig; without a context the one that is current. */
  | { readonly kind: "current"; readonly context?: string };

const kinds = ["minikube", "current"] as const;

/**
 * Reads it.
 * @throws {RunError} one sentence
 */
export function readCluster(config: Config): ClusterSettings {
  const kind = oneOf(config, "cluster", kinds);
  const profile = matching(config, "minikubeProfile", /^[\w.-]+$/, "the name of a minikube profile");
  if (kind === "minikube") {
    refuseKeys(config, ["context"], "cluster current");
    return { kind, profile };
  }
  const context = optional(config, "context", /^\S+$/, "the name of a context of the kubeconfig");
  return { kind, ...(context === undefined ? {} : { context }) };
}

/** Where the image goes for a cluster that can't build it. */
export interface RegistrySettings {
  /** Host and path, without a tag. */
  readonly repository: string;
  /** @default what `docker login` has left */
  readonly push?: RegistryUser;
  /** What the cluster's nodes pull with. @default they need nothing */
  readonly pull?: RegistryUser;
}

/** A login of a registry. */
export interface RegistryUser {
  readonly username: string;
  /** A secret: components keep what they are given in the state. */
  readonly password: Output<string>;
}

const repository = /^([a-z0-9.-]+(:\d{1,5})?\/)?[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;

/**
 * Reads it. A user of the configuration pushes, and the nodes pull with it; one of the environment only pushes, because
 * a pipeline's token is worth nothing an hour later.
 * @throws {RunError} one sentence
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
  const pull = user(config.require("registryUsername"), config.require("registryPassword"), [
    "pulumi config set registryUsername",
    "pulumi config set --secret registryPassword",
  ]);
  if (name === undefined) {
    refuseKeys(config, ["registryUsername"], "a registry");
    return undefined;
  }
  const ofEnvironment = user(env.REGISTRY_USERNAME ?? "", env.REGISTRY_PASSWORD ?? "", [
    "export REGISTRY_USERNAME",
    "export REGISTRY_PASSWORD",
  ]);
  const push = ofEnvironment ?? pull;
  return {
    repository: name,
    ...(push === undefined ? {} : { push }),
    ...(pull === undefined ? {} : { pull }),
  };
}

function user(
  username: string,
  password: string,
  [setUsername, setPassword]: readonly [string, string],
): RegistryUser | undefined {
  if (username === "" && password === "") return undefined;
  if (username !== "" && password !== "") return { username, password: secret(password) };
  const command = username === "" ? setUsername : setPassword;
  throw new RunError(`A registry's login has a username and a password. Run: ${command} …`);
}
