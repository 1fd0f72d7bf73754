import { networkInterfaces } from "node:os";
import { isInNetwork } from "./ip-network.ts";
import { startCommand, type Profile } from "./minikube-profile.ts";
import { urlHost } from "../url-host.ts";
import { daemonHost, findPublished, isContainer, isLoopback, type DaemonHost } from "./published-port.ts";

/** The address at which this machine reaches a node port. */
export interface Reach {
  /** `host:port`. */
  readonly address: string;
  /** Why that address will not answer, with the command that fixes the problem. */
  readonly problem?: string;
}

/** This machine's network. */
export interface Machine {
  /** The container engine's machine. @default from DOCKER_HOST, or CONTAINER_HOST with podman */
  readonly daemon?: DaemonHost | undefined;
  /** Addresses of this machine with their networks, such as 192.168.49.1/24. @default those of its interfaces */
  readonly networks?: readonly string[];
}

/**
 * Whether this machine has no route to the node. The drivers docker and podman create a bridge network for the
 * node. With Docker Desktop, also in WSL2, rootless Docker or a remote daemon, the bridge is not on this machine.
 */
function isHidden(config: Profile["Config"], { daemon, networks }: Required<Machine>): boolean {
  if (!isContainer(config)) return false;
  const ip = config.Nodes[0]?.IP ?? "";
  return daemon !== undefined || !networks.some((network) => isInNetwork(ip, network));
}

/**
 * Returns the address at which this machine reaches a node port. A published port is preferred on every platform.
 * Docker often has no route to the node, but always has a route to the published port.
 */
export function reach(profile: Profile, nodePort: number, machine: Machine = {}): Reach {
  const { Name, Config } = profile;
  const known = complete(machine, Config.Driver);
  const published = isContainer(Config) ? findPublished(Config.ExposedPorts ?? [], nodePort) : undefined;
  if (published !== undefined) return reachPublished(published, known.daemon);
  const node = { address: hostPort(Config.Nodes[0]?.IP ?? "127.0.0.1", nodePort) };
  if (!isHidden(Config, known)) return node;
  return {
    ...node,
    problem:
      `This machine can't reach port ${nodePort} of the node. ` +
      `To replace the cluster and all its stacks, run: minikube delete -p ${Name}, then: ${startCommand(Name, nodePort)}`,
  };
}

function reachPublished(
  { host, port }: { readonly host: string; readonly port: number },
  daemon: DaemonHost | undefined,
): Reach {
  if (daemon === undefined || !isLoopback(host)) {
    const everywhere = ["", "0.0.0.0", "::"].includes(host);
    return { address: hostPort(everywhere ? (daemon?.name ?? "127.0.0.1") : host, port) };
  }
  return {
    address: hostPort(host, port),
    problem:
      `Docker runs on ${daemon.name}, and port ${port} is published on that machine only. ` +
      `Run in another terminal: ssh -N -L ${port}:${hostPort(host, port)} ${daemon.login ?? daemon.name}`,
  };
}

/**
 * Returns the address of the ingress addon, as this machine reaches it.
 * @returns an address for the hosts file, and a command that has to keep running if there is one
 */
export function ingressReach(
  { Name, Config }: Profile,
  machine: Machine = {},
): { readonly address: string; readonly tunnel?: string } {
  if (isHidden(Config, complete(machine, Config.Driver)))
    return { address: "127.0.0.1", tunnel: `minikube tunnel -p ${Name}` };
  return { address: Config.Nodes[0]?.IP ?? "127.0.0.1" };
}

function complete(machine: Machine, driver: string): Required<Machine> {
  return {
    daemon: "daemon" in machine ? machine.daemon : daemonHost(driver),
    networks: machine.networks ?? ownNetworks(),
  };
}

function ownNetworks(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses = []) => addresses.map(({ cidr }) => cidr))
    .filter((cidr) => cidr !== null);
}

function hostPort(host: string, port: number): string {
  return `${urlHost(host)}:${port}`;
}
