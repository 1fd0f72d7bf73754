import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Profile } from "./minikube-profile.ts";

const run = promisify(execFile);

/** The machine where the container engine runs, if it is another one than this. */
export interface DaemonHost {
  readonly name: string;
  /** How ssh logs in there, as user@name or name, if that is how this machine reaches the engine. */
  readonly login: string | undefined;
}

/** The container's port as `docker run --publish` takes it: HOST:PORT:PORT, and the first two may be missing. */
const form = /^(?:(?:\[([^\]]*)\]|([^:[\]]*)):)?(\d+)(?:-(\d+))?:(\d+)(?:-(\d+))?(?:\/tcp)?$/;

/**
 * Where a port of the node is published. Undefined where it is not, and where Docker chooses the port itself.
 * @param ports in Docker's form, such as "127.0.0.1:30080:30080"; ranges too
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

/** Ports of the host that a node of this configuration publishes; not those that Docker chooses. */
export function portsOf({ ExposedPorts }: Pick<Profile["Config"], "ExposedPorts">): number[] {
  return (ExposedPorts ?? []).flatMap((text) => {
    const [, , , first, last = first] = form.exec(text) ?? [];
    if (first === undefined) return [];
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index);
  });
}

/**
 * The profile with the ports that its container really publishes. minikube writes `--ports` of a second `start` into the
 * profile, and the container keeps those of the first. Ports of a container that does not say stay as they are written.
 * @param timeoutMs how long the container engine may take
 */
export async function withPublishedPorts(profile: Profile, timeoutMs = 10_000): Promise<Profile> {
  const { Name, Config } = profile;
  if (!isContainer(Config)) return profile;
  const ExposedPorts = await askEngine(Config.Driver, Name, timeoutMs);
  return ExposedPorts === undefined ? profile : { ...profile, Config: { ...Config, ExposedPorts } };
}

/** Whether the node's container runs and publishes ports: then the ports are in use by itself. */
export async function isPublishing({ Name, Config }: Profile, timeoutMs = 10_000): Promise<boolean> {
  return isContainer(Config) && (await askEngine(Config.Driver, Name, timeoutMs)) !== undefined;
}

type PortBindings = Readonly<Record<string, readonly { HostIp: string; HostPort: string }[] | null>>;

async function askEngine(program: string, container: string, timeout: number): Promise<string[] | undefined> {
  const args = ["container", "inspect", "--format", "{{json .NetworkSettings.Ports}}", container];
  try {
    const { stdout } = await run(program, args, { timeout, killSignal: "SIGKILL" });
    const ports = Object.entries(JSON.parse(stdout) as PortBindings);
    // A container that is stopped has none.
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

/** Whether the node is a container: minikube publishes no port of other nodes. */
export function isContainer({ Driver }: Profile["Config"]): boolean {
  return ["docker", "podman"].includes(Driver);
}

/** Whether an address is reached from its own machine only. */
export function isLoopback(host: string): boolean {
  return host === "::1" || host === "localhost" || host.startsWith("127.");
}

/**
 * The machine where the container engine runs. Undefined if it is this one.
 * @param driver minikube's; others than docker and podman have no engine. @default docker
 */
export function daemonHost(driver = "docker", env = process.env): DaemonHost | undefined {
  const address = { docker: dockerHost(env), podman: env.CONTAINER_HOST }[driver];
  const url = address === undefined ? null : URL.parse(address);
  const name = (url?.hostname ?? "").replace(/^\[(.*)\]$/, "$1");
  if (url === null || name === "" || isLoopback(name)) return undefined;
  const login = url.username === "" ? name : `${url.username}@${name}`;
  return { name, login: url.protocol === "ssh:" ? login : undefined };
}

/** `minikube docker-env` sets DOCKER_HOST to the node's own Docker, and keeps the previous value. */
function dockerHost(env: NodeJS.ProcessEnv): string | undefined {
  return (env.MINIKUBE_ACTIVE_DOCKERD ?? "") === "" ? env.DOCKER_HOST : env.MINIKUBE_EXISTING_DOCKER_HOST;
}
