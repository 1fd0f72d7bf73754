import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { RunError } from "@pulumi/pulumi/errors.js";
import { daemonHost } from "./published-port.ts";

const run = promisify(execFile);

/** The default in Pulumi.dev.yaml. */
const defaultNodePort = 30080;

/** The parts of `minikube profile list --output json` that this program reads. */
export interface Profile {
  readonly Name: string;
  readonly Status: string;
  readonly Config: {
    readonly Driver: string;
    /** CNI is the value of `--cni`, and empty for minikube's own choice. */
    readonly KubernetesConfig: {
      readonly ContainerRuntime: string;
      readonly CNI?: string;
      /** Such as "v1.34.4". */
      readonly KubernetesVersion?: string;
    };
    /** The first node has no name of its own. */
    readonly Nodes: readonly { readonly Name?: string; readonly IP: string }[];
    readonly Addons: Readonly<Record<string, boolean>> | null;
    /** In Docker's form, such as "127.0.0.1:30080:30080". */
    readonly ExposedPorts: readonly string[] | null;
  };
}

/**
 * Returns the profile of that name, or undefined if minikube has none.
 * @param timeoutMs limit for minikube, in milliseconds; 0 for no limit
 * @throws {RunError} minikube is not on PATH, or failed
 */
export async function findProfile(name: string, timeoutMs = 0): Promise<Profile | undefined> {
  return profileOf(name, await runMinikube(["profile", "list", "--output", "json"], timeoutMs));
}

/** Like {@link findProfile}, but faster: minikube reads only its files, and doesn't ask for the cluster's status. */
export async function findWrittenProfile(name: string): Promise<Profile | undefined> {
  return profileOf(name, await runMinikube(["profile", "list", "--light", "--output", "json"]));
}

function profileOf(name: string, list: string): Profile | undefined {
  const { valid = [] } = JSON.parse(list) as { valid?: Profile[] };
  return valid.find(({ Name }) => Name === name);
}

/** Statuses in which the API server answers, in older and newer minikubes and with several control planes. */
const running = ["OK", "Running", "HAppy", "Degraded", "Warning"];

/** Whether the cluster is up. */
export function isRunning({ Status }: Profile): boolean {
  return running.includes(Status);
}

/** Whether the addon that measures the pods' CPU is enabled. */
export function hasMetricsServer({ Config }: Profile): boolean {
  return Config.Addons?.["metrics-server"] === true;
}

/** Whether the addon that routes host names is enabled. */
export function hasIngress({ Config }: Profile): boolean {
  return Config.Addons?.ingress === true;
}

/** The port that a new cluster publishes. A port that Kubernetes chooses can't be published in advance. */
export function plannedNodePort(nodePort: number | undefined): number {
  return nodePort === undefined || nodePort === 0 ? defaultNodePort : nodePort;
}

/**
 * Arguments that create a cluster which enforces NetworkPolicies, measures CPU, and publishes a port on this
 * machine. A remote Docker that is reached without ssh publishes the port on its own network, like minikube's own
 * ports.
 * @param wanted the stack's port. @default the port in Pulumi.dev.yaml
 */
export function startArguments(profile: string, wanted?: number): readonly string[] {
  const nodePort = plannedNodePort(wanted);
  const daemon = daemonHost();
  const host = daemon !== undefined && daemon.login === undefined ? "" : "127.0.0.1:";
  const ports = `--ports=${host}${nodePort}:${nodePort}`;
  return ["start", "--cni=calico", "--addons=metrics-server", ports, "-p", profile];
}

/** {@link startArguments} as a command line. */
export function startCommand(profile: string, nodePort?: number): string {
  return ["minikube", ...startArguments(profile, nodePort)].join(" ");
}

/**
 * Runs minikube.
 * @param timeoutMs limit in milliseconds; 0 for no limit
 * @returns its standard output
 * @throws {RunError} minikube is not on PATH, failed, or took too long
 */
export async function runMinikube(args: readonly string[], timeoutMs = 0): Promise<string> {
  try {
    return (await run("minikube", args, { timeout: timeoutMs, killSignal: "SIGKILL" })).stdout;
  } catch (error) {
    const { code, killed, stdout, stderr, message } = error as Error & {
      code?: unknown;
      killed?: boolean;
      stdout?: string;
      stderr?: string;
    };
    if (code === "ENOENT") {
      throw new RunError(
        `minikube is not on PATH. Install minikube: https://minikube.sigs.k8s.io/docs/start. Then run: ${startCommand("minikube")}`,
        { cause: error },
      );
    }
    if (killed === true) {
      throw new RunError(`minikube ${args.join(" ")} did not answer within ${timeoutMs / 1000} s.`, {
        cause: error,
      });
    }
    // Without any profile, minikube prints the list as JSON but exits with an error.
    if (args[0] === "profile" && stdout?.startsWith("{") === true) return stdout;
    throw new RunError(
      `minikube ${args.join(" ")} failed: ${stderr === undefined || stderr === "" ? message : stderr.trim()}`,
      { cause: error },
    );
  }
}
