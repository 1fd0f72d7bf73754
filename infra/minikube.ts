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

/** Make a cluster that enforces NetworkPolicies, measures CPU, and has the port of Pulumi.dev.yaml published. */
export const startArguments: readonly string[] = [
  "start",
  "--cni=calico",
  "--addons=metrics-server",
  "--ports=127.0.0.1:30080:30080",
];

/** The same, as a person types it. */
export const startCommand = ["minikube", ...startArguments].join(" ");

/** The parts of `minikube profile list --output json` that are needed here. */
export interface Profile {
  readonly Name: string;
  readonly Status: string;
  readonly Config: {
    readonly Driver: string;
    /** CNI is what `--cni` said; empty for minikube's own choice. */
    readonly KubernetesConfig: { readonly ContainerRuntime: string; readonly CNI?: string };
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
  const found = await findProfile(profile);
  requireUsable(profile, found);
  const environment = await minikube(["docker-env", "--shell", "none", "--profile", profile]);
  return {
    profile,
    docker: {
      host: variable(environment, "DOCKER_HOST"),
      certPath: variable(environment, "DOCKER_CERT_PATH"),
    },
    addressOf: (nodePort) => addressOf(found, nodePort, platform),
  };
}

/**
 * What minikube knows of a cluster, or undefined where there is none of that name.
 * @param timeout how long minikube may take, in milliseconds; 0 for as long as it likes
 * @throws {RunError} minikube is not on PATH, or failed
 */
export async function findProfile(name: string, timeout = 0): Promise<Profile | undefined> {
  const list = await minikube(["profile", "list", "--output", "json"], timeout);
  const { valid = [] } = JSON.parse(list) as { valid?: Profile[] };
  return valid.find(({ Name }) => Name === name);
}

/** Whether the cluster is up, in the words of older and newer minikubes. */
export function isRunning({ Status }: Profile): boolean {
  return ["OK", "Running"].includes(Status);
}

/** Whether the addon is on that measures the pods' CPU. */
export function hasMetricsServer({ Config }: Profile): boolean {
  return Config.Addons?.["metrics-server"] === true;
}

function requireUsable(profile: string, found: Profile | undefined): asserts found is Profile {
  if (found === undefined) {
    throw new RunError(`There is no minikube cluster "${profile}". Run: ${startCommand} -p ${profile}`);
  }
  if (!isRunning(found)) {
    throw new RunError(
      `The minikube cluster "${profile}" is not running (${found.Status}). Run: minikube start -p ${profile}`,
    );
  }
  requireOneDockerNode(profile, found);
  if (!hasMetricsServer(found)) {
    throw new RunError(
      "The autoscaler needs metrics-server, which is off. " +
        `Run: minikube addons enable metrics-server -p ${profile}`,
    );
  }
}

/**
 * Refuses a cluster into which no image can be built.
 * @throws {RunError} the runtime is not Docker, or there are several nodes
 */
export function requireOneDockerNode(profile: string, { Config }: Profile): void {
  const { ContainerRuntime } = Config.KubernetesConfig;
  if (ContainerRuntime !== "docker" || Config.Nodes.length !== 1) {
    throw new RunError(
      `The minikube cluster "${profile}" has ${Config.Nodes.length} nodes with ${ContainerRuntime}; the image is built ` +
        "in the Docker of one node. Use another profile: pulumi config set minikubeProfile NAME",
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

async function minikube(args: readonly string[], timeout = 0): Promise<string> {
  try {
    return (await run("minikube", args, { timeout, killSignal: "SIGKILL" })).stdout;
  } catch (error) {
    const { code, killed, stdout, stderr, message } = error as Error & {
      code?: unknown;
      killed?: boolean;
      stdout?: string;
      stderr?: string;
    };
    if (code === "ENOENT") {
      throw new RunError(
        `minikube is not on PATH. Install it as https://minikube.sigs.k8s.io/docs/start says, then run: ${startCommand}`,
        { cause: error },
      );
    }
    if (killed === true) {
      throw new RunError(`minikube ${args.join(" ")} did not answer within ${timeout / 1000} s.`, {
        cause: error,
      });
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
