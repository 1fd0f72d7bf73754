import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { log, RunError } from "@pulumi/pulumi";

const run = promisify(execFile);

/** A running minikube cluster of one node with the Docker runtime and metrics-server. */
export interface Minikube {
  /** Name of the profile, which is the kubeconfig's context, too. */
  readonly profile: string;
  /** The Docker daemon in the node: its address, and the folder with the client's certificates. */
  readonly docker: { readonly host: string; readonly certPath: string };
  /** `host:port` at which a port of the node is reached from this machine. */
  readonly addressOf: (nodePort: number) => string;
}

/** Makes a cluster that enforces NetworkPolicies, measures CPU, and has the port of Pulumi.dev.yaml published. */
const startCommand = "minikube start --cni=calico --addons=metrics-server --ports=127.0.0.1:30080:30080";

/** The parts of `minikube profile list --output json` that are needed here. */
interface Profile {
  readonly Name: string;
  readonly Status: string;
  readonly Config: {
    readonly Driver: string;
    readonly KubernetesConfig: { readonly ContainerRuntime: string };
    readonly Nodes: readonly { readonly IP: string }[];
    readonly Addons: Readonly<Record<string, boolean>> | null;
    /** Docker's form: "127.0.0.1:30080:30080". */
    readonly ExposedPorts: readonly string[] | null;
  };
}

/**
 * Asks minikube about a profile.
 * @throws {RunError} what is missing, and the one command that mends it
 */
export async function findMinikube(profile: string, platform = process.platform): Promise<Minikube> {
  const { valid = [] } = JSON.parse(await minikube("profile", "list", "--output", "json")) as {
    valid?: Profile[];
  };
  const found = valid.find(({ Name }) => Name === profile);
  requireUsable(profile, found);
  const environment = await minikube("docker-env", "--shell", "none", "--profile", profile);
  return {
    profile,
    docker: {
      host: variable(environment, "DOCKER_HOST"),
      certPath: variable(environment, "DOCKER_CERT_PATH"),
    },
    addressOf: (nodePort) => addressOf(found, nodePort, platform),
  };
}

function requireUsable(profile: string, found: Profile | undefined): asserts found is Profile {
  if (found === undefined) {
    throw new RunError(`There is no minikube cluster "${profile}". Run: ${startCommand} -p ${profile}`);
  }
  const { Status, Config } = found;
  if (!["OK", "Running"].includes(Status)) {
    throw new RunError(
      `The minikube cluster "${profile}" is not running (${Status}). Run: minikube start -p ${profile}`,
    );
  }
  const { ContainerRuntime } = Config.KubernetesConfig;
  if (ContainerRuntime !== "docker" || Config.Nodes.length !== 1) {
    throw new RunError(
      `The minikube cluster "${profile}" has ${Config.Nodes.length} nodes with ${ContainerRuntime}; the image is built ` +
        "in the Docker of one node. Use another profile: pulumi config set minikubeProfile NAME",
    );
  }
  if (Config.Addons?.["metrics-server"] !== true) {
    throw new RunError(
      "The autoscaler needs metrics-server, which is off. " +
        `Run: minikube addons enable metrics-server -p ${profile}`,
    );
  }
}

/** With the Docker driver on macOS and Windows the node is in a virtual machine: only published ports are reached. */
function addressOf({ Name, Config }: Profile, nodePort: number, platform: NodeJS.Platform): string {
  const node = Config.Nodes[0]?.IP ?? "127.0.0.1";
  const isHidden = ["docker", "podman"].includes(Config.Driver) && platform !== "linux";
  if (!isHidden) return `${node}:${nodePort}`;
  const published = (Config.ExposedPorts ?? []).map((port) => port.split(":"));
  const hostPort = published.find((parts) => parts.at(-1) === String(nodePort))?.at(-2);
  if (hostPort !== undefined) return `127.0.0.1:${hostPort}`;
  void log.warn(
    `This machine can't reach port ${nodePort} of the node. Run: minikube delete -p ${Name}, then: ` +
      `minikube start -p ${Name} --ports=127.0.0.1:${nodePort}:${nodePort}`,
  );
  return `${node}:${nodePort}`;
}

async function minikube(...args: string[]): Promise<string> {
  try {
    return (await run("minikube", args)).stdout;
  } catch (error) {
    const { code, stdout, stderr, message } = error as Error & {
      code?: unknown;
      stdout?: string;
      stderr?: string;
    };
    if (code === "ENOENT") {
      throw new RunError(
        `minikube is not on PATH. Install it as https://minikube.sigs.k8s.io/docs/start says, then run: ${startCommand}`,
        { cause: error },
      );
    }
    // Without any profile the list is still JSON, and the exit code an error.
    if (args[0] === "profile" && stdout?.startsWith("{") === true) return stdout;
    throw new RunError(
      `minikube ${args.join(" ")} failed: ${stderr === undefined || stderr === "" ? message : stderr.trim()}`,
      { cause: error },
    );
  }
}

function variable(environment: string, name: string): string {
  const value = new RegExp(`^${name}=(.+)$`, "m").exec(environment)?.[1];
  if (value === undefined) throw new RunError(`minikube docker-env did not say ${name}.`);
  return value;
}
