import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, YAMLParseError } from "yaml";
import { explainSystemErrors, UserError } from "../process/user-error.ts";

/**
 * Name of the stack that the commands work on; `Pulumi.NAME.yaml` configures it. `PULUMI_STACK` is the variable of
 * Pulumi's own command line. @default dev
 */
export const stackName = process.env.PULUMI_STACK ?? "dev";

const stackNameForm = /^[a-z0-9-]{1,20}$/;

/** What the tools need to know of the project before Pulumi runs. */
export interface Project {
  readonly folder: string;
  /** Least version of Pulumi, such as 3.210.0. */
  readonly leastPulumi: string;
  /** `minikube`, or `current` for one of the kubeconfig. */
  readonly cluster: string;
  /** The kubeconfig's context with cluster `current`, or empty for the one that is current. */
  readonly context: string;
  readonly minikubeProfile: string;
  /** How the service is reached from outside. */
  readonly expose: string;
  /** The host name with expose ingress. */
  readonly host: string;
  /** The IngressClass with expose ingress, or empty for the cluster's own choice. */
  readonly ingressClass: string;
  /** The node's port, or 0 where Kubernetes chooses it. */
  readonly nodePort: number;
  /** `standalone`, `operator`, or `external` for somebody else's. */
  readonly mongo: string;
  readonly mongoImage: string;
  /** With another number MongoDB's users have other names and passwords. */
  readonly passwordVersion: number;
}

/**
 * For commands that are for minikube only.
 * @param command as users type it
 * @param instead the command that does the same for another cluster
 * @throws {UserError} the stack belongs to another cluster
 */
export function requireMinikube({ cluster }: Project, command: string, instead: string): void {
  if (cluster === "minikube") return;
  throw new UserError(
    `${command} is for minikube, and the stack ${stackName} has the cluster ${cluster}. Run: ${instead}`,
  );
}

/** Where the tools keep what git must not see: Pulumi's state, the passphrase, what they made. */
export function ownFolder(project: Project): string {
  return join(project.folder, ".pulumi");
}

/**
 * Reads Pulumi.yaml, and the configuration of the stack if it exists.
 * @throws {UserError} a file can't be read, or is not valid YAML
 */
export function readProject(folder = join(import.meta.dirname, "../..")): Project {
  if (!stackNameForm.test(stackName)) {
    throw new UserError(
      `PULUMI_STACK can have 20 characters, of a to z, 0 to 9 and "-", and is "${stackName}". Run: unset PULUMI_STACK`,
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
    leastPulumi: requiredPulumiVersion.replace(/^[^\d]*/, ""),
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
