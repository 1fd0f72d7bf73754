import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Profile } from "./minikube-profile.ts";

const run = promisify(execFile);

/** The container engine's machine, if that is not this machine. */
export interface DaemonHost {
  readonly name: string;
  /** Login for ssh, as user@name or name. Undefined if this machine reaches the engine without ssh. */
  readonly login: string | undefined;
}

/** A port as `docker run --publish` takes it: HOST:PORT:PORT, where the first two are optional. */
const form = /^(?:(?:\[([^\]]*)\]|([^:[\]]*)):)?(\d+)(?:-(\d+))?:(\d+)(?:-(\d+))?(?:\/tcp)?$/;

/**
 * Returns where a node port is published. Undefined if it is not published, or if Docker chooses the host's port.
 * @param ports in Docker's form, such as "127.0.0.1:30080:30080", or ranges
 */
export function findPublished(
  ports: readonly string[],
  nodePort: number,
): { readonly host: string; readonly port: number } | undefined {
  for (const text of ports) {
    const [, ip6, host, first, , from, to = from] = form.exec(text) ?? [];
    if (nodePort < Number(from) || nodePort > Number(to) || first === undefined) continue;
    return { host: ip6 ?? host ?? "", port: Number(first) + nodePort - Number(from) };
  }
  return undefined;
}

/** The host's ports that a node of this configuration publishes, without the ports that Docker chooses. */
export function portsOf({ ExposedPorts }: Pick<Profile["Config"], "ExposedPorts">): number[] {
  return (ExposedPorts ?? []).flatMap((text) => {
    const [, , , first, last = first] = form.exec(text) ?? [];
    if (first === undefined) return [];
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index);
  });
}

/**
 * Returns the profile with the ports that its container really publishes. A second `minikube start` writes its
 * `--ports` into the profile, but the container keeps the first ones. If the engine doesn't answer, the profile's
 * ports stay.
 * @param timeoutMs limit for the container engine, in milliseconds
 */
export async function withPublishedPorts(profile: Profile, timeoutMs = 10_000): Promise<Profile> {
  const { Name, Config } = profile;
  if (!isContainer(Config)) return profile;
  const ExposedPorts = await inspectPorts(Config.Driver, Name, timeoutMs);
  return ExposedPorts === undefined ? profile : { ...profile, Config: { ...Config, ExposedPorts } };
}

/** Whether the node's container runs and publishes ports. If so, the node itself occupies these ports. */
export async function isPublishing({ Name, Config }: Profile, timeoutMs = 10_000): Promise<boolean> {
  return isContainer(Config) && (await inspectPorts(Config.Driver, Name, timeoutMs)) !== undefined;
}

type PortBindings = Readonly<Record<string, readonly { HostIp: string; HostPort: string }[] | null>>;

async function inspectPorts(
  program: string,
  container: string,
  timeoutMs: number,
): Promise<string[] | undefined> {
  const args = ["container", "inspect", "--format", "{{json .NetworkSettings.Ports}}", container];
  try {
    const { stdout } = await run(program, args, { timeout: timeoutMs, killSignal: "SIGKILL" });
    const ports = Object.entries(JSON.parse(stdout) as PortBindings);
    // A stopped container has no ports.
    return ports.length === 0 ? undefined : ports.flatMap(([port, bindings]) => specs(port, bindings ?? []));
  } catch {
    return undefined;
  }
}

function specs(port: string, bindings: NonNullable<PortBindings[string]>): string[] {
  return bindings.map(({ HostIp, HostPort }) => {
    const host = HostIp.includes(":") ? `[${HostIp}]` : HostIp;
    return `${host}:${HostPort}:${port}`;
  });
}

/** Whether the node is a container. minikube publishes no ports of other nodes. */
export function isContainer({ Driver }: Profile["Config"]): boolean {
  return ["docker", "podman"].includes(Driver);
}

/** Whether an address is reachable only from its own machine. */
export function isLoopback(host: string): boolean {
  return host === "::1" || host === "localhost" || host.startsWith("127.");
}

/**
 * Returns the container engine's machine. Undefined if that is this machine.
 * @param driver minikube's driver; drivers other than docker and podman have no engine. @default docker
 */
export function daemonHost(driver = "docker", env = process.env): DaemonHost | undefined {
  const address = { docker: dockerHost(env), podman: env.CONTAINER_HOST }[driver];
  const url = address === undefined ? null : URL.parse(address);
  const name = (url?.hostname ?? "").replace(/^\[(.*)\]$/, "$1");
  if (url === null || name === "" || isLoopback(name)) return undefined;
  const login = url.username === "" ? name : `${url.username}@${name}`;
  return { name, login: url.protocol === "ssh:" ? login : undefined };
}

/**
 * `minikube docker-env` sets DOCKER_HOST to the node's own Docker, and keeps the previous value in another
 * variable.
 */
function dockerHost(env: NodeJS.ProcessEnv): string | undefined {
  return (env.MINIKUBE_ACTIVE_DOCKERD ?? "") === "" ? env.DOCKER_HOST : env.MINIKUBE_EXISTING_DOCKER_HOST;
}
