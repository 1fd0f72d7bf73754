import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { RunError } from "@pulumi/pulumi";

const run = promisify(execFile);

/** A Docker daemon: its address, and the folder with the client's certificates if it has any. */
export interface Docker {
  readonly host: string | Promise<string>;
  readonly certPath?: string | Promise<string>;
}

/** A running minikube cluster with metrics-server. */
export interface Minikube {
  /** Name of the profile, which is the kubeconfig's context, too. */
  readonly profile: string;
  /** Names of the nodes; the first is the control plane's. */
  readonly nodes: readonly [string, ...string[]];
  /**
   * The Docker daemon that builds images. minikube takes longer to say where it is than all the rest: only the image
   * waits for it, or has its error.
   */
  readonly docker: Docker;
  /** Whether that is the only node's own Docker. What another builds has to be loaded into the nodes. */
  readonly buildsInNode: boolean;
  /** Whether its ingress controller is on. */
  readonly hasIngress: boolean;
  /** Where a port of the node is reached from this machine. */
  readonly reach: (nodePort: number) => Reach;
  /** Why nobody may rely on NetworkPolicies, and what mends it. */
  readonly policyFault?: string;
}

/**
 * What makes a cluster that enforces NetworkPolicies, measures CPU, and has a port published on this machine.
 * @param nodePort by default the one of Pulumi.dev.yaml
 */
export function startArguments(profile: string, nodePort = 30080): readonly string[] {
  const ports = `--ports=127.0.0.1:${nodePort}:${nodePort}`;
  return ["start", "--cni=calico", "--addons=metrics-server", ports, "-p", profile];
}

/** The same, as a person types it. */
export function startCommand(profile: string, nodePort?: number): string {
  return ["minikube", ...startArguments(profile, nodePort)].join(" ");
}

/** The parts of `minikube profile list --output json` that are needed here. */
export interface Profile {
  readonly Name: string;
  readonly Status: string;
  readonly Config: {
    readonly Driver: string;
    /** CNI is what `--cni` said; empty for minikube's own choice. */
    readonly KubernetesConfig: { readonly ContainerRuntime: string; readonly CNI?: string };
    /** The first has no name of its own. */
    readonly Nodes: readonly { readonly Name?: string; readonly IP: string }[];
    readonly Addons: Readonly<Record<string, boolean>> | null;
    /** Docker's form: "127.0.0.1:30080:30080". */
    readonly ExposedPorts: readonly string[] | null;
  };
}

/** What else is known when minikube is asked. */
export interface Hints {
  /** Whether Kubernetes has answered, so that minikube need not look whether it runs. @default it has not */
  readonly hasAnswered?: boolean | Promise<boolean>;
  /** @default this machine's */
  readonly platform?: NodeJS.Platform;
}

/**
 * Asks minikube about a profile.
 * @throws {RunError} what is missing, and the one command that mends it
 */
export async function findMinikube(
  profile: string,
  { hasAnswered = false, platform = process.platform }: Hints = {},
): Promise<Minikube> {
  const written = findWrittenProfile(profile);
  written.catch(() => undefined);
  const isUp = await hasAnswered;
  const found = isUp ? await written : await findProfile(profile);
  requireUsable(profile, found, isUp);
  const buildsInNode = canBuild(found);
  const policies = enforcement(found);
  return {
    profile,
    nodes: nodeNames(found),
    // Not before: all else waits for what was asked above, and only the image for this.
    docker: buildsInNode ? dockerOfNode(profile) : await dockerOfMachine(),
    buildsInNode,
    hasIngress: hasIngress(found),
    reach: (nodePort) => reach(found, nodePort, platform),
    ...(policies.isSure ? {} : { policyFault: `${policies.text}. ${enforcingCluster(found)}` }),
  };
}

/**
 * What minikube knows of a cluster, or undefined where there is none of that name.
 * @param timeout how long minikube may take, in milliseconds; 0 for as long as it likes
 * @throws {RunError} minikube is not on PATH, or failed
 */
export async function findProfile(name: string, timeout = 0): Promise<Profile | undefined> {
  return profileOf(name, await minikube(["profile", "list", "--output", "json"], timeout));
}

/** The same without the cluster's status, for which minikube has to look. */
async function findWrittenProfile(name: string): Promise<Profile | undefined> {
  return profileOf(name, await minikube(["profile", "list", "--light", "--output", "json"]));
}

function profileOf(name: string, list: string): Profile | undefined {
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

/** Whether the addon is on that routes host names. */
export function hasIngress({ Config }: Profile): boolean {
  return Config.Addons?.ingress === true;
}

/** Whether NetworkPolicies are enforced. */
export interface Enforcement {
  readonly isSure: boolean;
  /** By what, or why it is not sure. */
  readonly text: string;
}

/** Networks that know what a NetworkPolicy is, and those that don't. */
const enforcing = ["calico", "cilium", "kube-router"];
const ignoring = ["", "auto", "bridge", "false", "flannel"];

/** What minikube's profile says about it, which does not know what was put into the cluster later. */
export function enforcement({ Config }: Profile): Enforcement {
  const { CNI = "" } = Config.KubernetesConfig;
  if (enforcing.includes(CNI)) return { isSure: true, text: `NetworkPolicies are enforced by ${CNI}` };
  if (ignoring.includes(CNI)) {
    const network = ["", "auto"].includes(CNI) ? "minikube's default network" : `minikube with --cni=${CNI}`;
    return { isSure: false, text: `${network} does not enforce NetworkPolicies` };
  }
  const text =
    CNI === "kindnet"
      ? "kindnet enforces NetworkPolicies in newer versions only"
      : `Nobody knows whether ${CNI} enforces NetworkPolicies`;
  return { isSure: false, text };
}

/** How to get a cluster that does. */
export function enforcingCluster({ Name }: Profile): string {
  return `Another cluster does: minikube delete -p ${Name}, then: ${startCommand(Name)}`;
}

function requireUsable(profile: string, found: Profile | undefined, isUp: boolean): asserts found is Profile {
  if (found === undefined) {
    throw new RunError(`There is no minikube cluster "${profile}". Run: ${startCommand(profile)}`);
  }
  if (!isUp && !isRunning(found)) {
    throw new RunError(
      `The minikube cluster "${profile}" is not running (${found.Status}). Run: minikube start -p ${profile}`,
    );
  }
  if (!hasMetricsServer(found)) {
    throw new RunError(
      "The autoscaler needs metrics-server, which is off. " +
        `Run: minikube addons enable metrics-server -p ${profile}`,
    );
  }
}

/** Whether the cluster's one node has a Docker to build in. */
export function canBuild({ Config }: Profile): boolean {
  return Config.KubernetesConfig.ContainerRuntime === "docker" && Config.Nodes.length === 1;
}

/** As Kubernetes has them. */
function nodeNames({ Name, Config }: Profile): [string, ...string[]] {
  const [, ...others] = Config.Nodes;
  return [Name, ...others.map((node) => `${Name}-${node.Name ?? ""}`)];
}

/** Where a port of the node is reached from this machine. */
export interface Reach {
  /** `host:port`. */
  readonly address: string;
  /** Why that will not answer, and what mends it. */
  readonly fault?: string;
}

/** With the Docker driver on macOS and Windows the node is in a virtual machine: only published ports are reached. */
function isHidden({ Driver }: Profile["Config"], platform: NodeJS.Platform): boolean {
  return ["docker", "podman"].includes(Driver) && platform !== "linux";
}

/** Asks for a port of the node. */
export function reach({ Name, Config }: Profile, nodePort: number, platform: NodeJS.Platform): Reach {
  const node = { address: `${Config.Nodes[0]?.IP ?? "127.0.0.1"}:${nodePort}` };
  if (!isHidden(Config, platform)) return node;
  const published = (Config.ExposedPorts ?? []).map((port) => port.split(":"));
  const hostPort = published.find((parts) => parts.at(-1) === String(nodePort))?.at(-2);
  if (hostPort !== undefined) return { address: `127.0.0.1:${hostPort}` };
  return {
    ...node,
    fault:
      `This machine can't reach port ${nodePort} of the node. ` +
      `Run: minikube delete -p ${Name}, then: ${startCommand(Name, nodePort)}`,
  };
}

/**
 * Where the ingress addon listens, as this machine reaches it.
 * @returns an address, which a hosts file takes, and what has to run meanwhile
 */
export function ingressReach(
  { Name, Config }: Profile,
  platform = process.platform,
): { readonly address: string; readonly meanwhile?: string } {
  if (isHidden(Config, platform)) return { address: "127.0.0.1", meanwhile: `minikube tunnel -p ${Name}` };
  return { address: Config.Nodes[0]?.IP ?? "127.0.0.1" };
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
        `minikube is not on PATH. Install it as https://minikube.sigs.k8s.io/docs/start says, then run: ${startCommand("minikube")}`,
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

function dockerOfNode(profile: string): Docker {
  const environment = minikube(["docker-env", "--shell", "none", "--profile", profile]);
  const say = (name: string) => {
    const said = environment.then((text) => variable(text, name));
    // Where another Docker builds nobody asks for it.
    said.catch(() => undefined);
    return said;
  };
  return { host: say("DOCKER_HOST"), certPath: say("DOCKER_CERT_PATH") };
}

/**
 * The one that `docker` talks to. The provider itself knows nothing of contexts.
 * @throws {RunError} there is no docker, or it does not say
 */
export async function dockerOfMachine(): Promise<Docker> {
  try {
    const format = "{{.Endpoints.docker.Host}}";
    return { host: (await run("docker", ["context", "inspect", "--format", format])).stdout.trim() };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === "ENOENT"
        ? "which is not on PATH. Install it: https://docs.docker.com/get-docker/"
        : `which does not say where it is: ${message.trim()}`;
    throw new RunError(
      `An image for several nodes, for a registry or for a runtime other than Docker is built in this machine's Docker, ${why}`,
      { cause: error },
    );
  }
}

function variable(environment: string, name: string): string {
  const value = new RegExp(`^${name}=(.+)$`, "m").exec(environment)?.[1];
  if (value === undefined) throw new RunError(`minikube docker-env did not say ${name}.`);
  return value;
}
