import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { explainSystemErrors, UserError } from "../process/user-error.ts";

/**
 * Name of the stack for all commands, configured in `Pulumi.NAME.yaml`. From `PULUMI_STACK`, the variable of Pulumi's
 * own command line. @default dev
 */
export const stackName = process.env.PULUMI_STACK ?? "dev";

const stackNamePattern = /^[a-z0-9-]{1,20}$/;

/** Settings that the tools need before Pulumi runs. */
export interface Project {
  readonly folder: string;
  /** Oldest accepted version of Pulumi, such as 3.210.0. */
  readonly minPulumiVersion: string;
  /** `minikube`, or `current` for a cluster of the kubeconfig. */
  readonly cluster: string;
  /** The kubeconfig context if the cluster is `current`. Empty for the current context. */
  readonly context: string;
  readonly minikubeProfile: string;
  /** How clients outside the cluster reach the service. */
  readonly expose: string;
  /** The host name if the service is exposed with an Ingress. */
  readonly host: string;
  /** The IngressClass if the service is exposed with an Ingress. Empty for the cluster's default. */
  readonly ingressClass: string;
  /** The node port, or 0 if Kubernetes chooses the port. */
  readonly nodePort: number;
  /** `standalone`, `operator`, or `external` for a MongoDB outside the stack. */
  readonly mongo: string;
  readonly mongoImage: string;
  /** A new number changes the names and passwords of MongoDB's users. */
  readonly passwordVersion: number;
}

/**
 * Rejects commands that need minikube if the stack has another cluster.
 * @param command the command as users type it
 * @param instead the equivalent command for other clusters
 * @throws {UserError} the stack belongs to another cluster
 */
export function requireMinikube({ cluster }: Project, command: string, instead: string): void {
  if (cluster === "minikube") return;
  throw new UserError(
    `${command} needs minikube, and the stack ${stackName} uses the cluster "${cluster}". Run: ${instead}`,
  );
}

/** The folder that git ignores: Pulumi's state, the passphrase, installed programs. */
export function ownFolder(project: Project): string {
  return join(project.folder, ".pulumi");
}

/**
 * Reads Pulumi.yaml, and the stack's configuration if it exists.
 * @throws {UserError} a file can't be read, or is not valid YAML
 */
export function readProject(folder = join(import.meta.dirname, "../..")): Project {
  if (!stackNamePattern.test(stackName)) {
    throw new UserError(
      `PULUMI_STACK is "${stackName}", and must have 1 to 20 characters of a to z, 0 to 9 and "-". Run: unset PULUMI_STACK`,
    );
  }
  const { name, requiredPulumiVersion, config } = readYaml(join(folder, "Pulumi.yaml")) as {
    name: string;
    requiredPulumiVersion: string;
    config: Record<string, { default: unknown }>;
  };
  const file = join(folder, `Pulumi.${stackName}.yaml`);
  const stack = (existsSync(file) ? readYaml(file) : {}) as { config?: Record<string, unknown> } | null;
  const setting = (key: string) => String(stack?.config?.[`${name}:${key}`] ?? config[key]?.default);
  return {
    folder,
    minPulumiVersion: requiredPulumiVersion.replace(/^[^\d]*/, ""),
    cluster: setting("cluster"),
    context: setting("context"),
    host: setting("host"),
    ingressClass: setting("ingressClass"),
    minikubeProfile: setting("minikubeProfile"),
    expose: setting("expose"),
    nodePort: Number(setting("nodePort")),
    mongo: setting("mongo"),
    mongoImage: setting("mongoImage"),
    passwordVersion: Number(setting("passwordVersion")),
  };
}

function readYaml(file: string): unknown {
  const text = explainSystemErrors(`read ${file}`, () => readFileSync(file, "utf8"));
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new UserError(`${file} is not valid YAML: ${error.message}`, { cause: error });
  }
}
