import { startCommand, type Profile } from "./minikube-profile.ts";
import { urlHost } from "./url-host.ts";

/** Where a port of the node is reached from this machine. */
export interface Reach {
  /** `host:port`. */
  readonly address: string;
  /** Why that address will not answer, and the command that fixes it. */
  readonly fault?: string;
}

/** With the Docker driver on macOS and Windows the node is in a virtual machine: only published ports are reached. */
function isHidden({ Driver }: Profile["Config"], platform: NodeJS.Platform): boolean {
  return ["docker", "podman"].includes(Driver) && platform !== "linux";
}

/** Where one port of minikube's node is reached. */
export function reach({ Name, Config }: Profile, nodePort: number, platform: NodeJS.Platform): Reach {
  const node = { address: `${urlHost(Config.Nodes[0]?.IP ?? "127.0.0.1")}:${nodePort}` };
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
 * @returns an address, which a hosts file takes, and the command that has to run meanwhile
 */
export function ingressReach(
  { Name, Config }: Profile,
  platform = process.platform,
): { readonly address: string; readonly meanwhile?: string } {
  if (isHidden(Config, platform)) return { address: "127.0.0.1", meanwhile: `minikube tunnel -p ${Name}` };
  return { address: Config.Nodes[0]?.IP ?? "127.0.0.1" };
}
