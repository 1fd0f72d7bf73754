import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/**
 * Name of the stack that the commands work on; `Pulumi.NAME.yaml` configures it. `PULUMI_STACK` is the variable of
 * Pulumi's own command line. @default dev
 */
export const stackName = process.env.PULUMI_STACK ?? "dev";

/** What the tools need to know of the project before Pulumi runs. */
export interface Project {
  readonly folder: string;
  /** Least version of Pulumi, such as 3.210.0. */
  readonly leastPulumi: string;
  /** `minikube`, or `current` for one of the kubeconfig. */
  readonly cluster: string;
  readonly minikubeProfile: string;
  /** How the service is reached from outside. */
  readonly expose: string;
  /** The host name with expose ingress. */
  readonly host: string;
  /** The node's port, or 0 where Kubernetes chooses it. */
  readonly nodePort: number;
  /** `standalone`, `operator`, or `external` for somebody else's. */
  readonly mongo: string;
  readonly mongoImage: string;
  /** With another number MongoDB's users have other names and passwords. */
  readonly passwordVersion: number;
}

/** Where the tools keep what git must not see: Pulumi's state, the passphrase, what they made. */
export function ownFolder(project: Project): string {
  return join(project.folder, ".pulumi");
}

/** Reads Pulumi.yaml, and the configuration of the stack where there is one. */
export function readProject(folder = join(import.meta.dirname, "../..")): Project {
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
    host: setting("host"),
    minikubeProfile: setting("minikubeProfile"),
    expose: setting("expose"),
    nodePort: Number(setting("nodePort")),
    mongo: setting("mongo"),
    mongoImage: setting("mongoImage"),
    passwordVersion: Number(setting("passwordVersion")),
  };
}

function readYaml(file: string): unknown {
  return parse(readFileSync(file, "utf8"));
}
