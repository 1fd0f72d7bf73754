import { plannedNodePort, type Profile } from "../../infra/cluster/minikube/minikube-profile.ts";
import {
  daemonHost,
  isContainer,
  isPublishing,
  portsOf,
} from "../../infra/cluster/minikube/published-port.ts";
import { addressInUse, freePortFrom } from "../../service/dev/free-port.ts";
import { stackName, type Project } from "../pulumi/project-settings.ts";
import { UserError } from "../process/user-error.ts";

const loopback = "127.0.0.1";

/** Kubernetes' default range of node ports. The key nodePort must be in this range. */
const [firstNodePort, lastNodePort] = [30_000, 32_767];

/** A port that another program uses. */
export interface TakenPort {
  readonly port: number;
  /** How to free the port or to choose another one. */
  readonly fix: string;
}

/**
 * Finds a port of this machine that minikube could not publish. Undefined if all ports are free, or if Docker runs on
 * another machine.
 * @param stopped the cluster, if it exists
 */
export async function findTakenPort(project: Project, stopped?: Profile): Promise<TakenPort | undefined> {
  if (daemonHost() !== undefined) return undefined;
  if (stopped !== undefined && (!isContainer(stopped.Config) || (await isPublishing(stopped))))
    return undefined;
  for (const port of portsToPublish(project, stopped)) {
    if ((await addressInUse(port, [loopback])) !== undefined)
      return { port, fix: await fixOf(port, stopped) };
  }
  return undefined;
}

function portsToPublish(project: Project, stopped: Profile | undefined): readonly number[] {
  return stopped === undefined ? [plannedNodePort(project.nodePort)] : portsOf(stopped.Config);
}

async function fixOf(port: number, stopped: Profile | undefined): Promise<string> {
  const stop = "Stop the program that listens there";
  if (stopped !== undefined) return `${stop}, then run: npm run up`;
  const next = await freePortFrom(port + 1, [loopback]);
  const other = next <= lastNodePort ? next : await freePortFrom(firstNodePort, [loopback]);
  return `${stop}, or set koa-mongo-stack:nodePort to ${other} in Pulumi.${stackName}.yaml. Then run: npm run up`;
}

/**
 * Starts a cluster that publishes ports, and explains an error about a port in use. Under WSL2, only Docker sees the
 * ports of Windows.
 * @param stopped the cluster, if it exists
 * @throws {UserError} the port, and how to choose another; usually before minikube leaves a half-created cluster
 */
export async function withFreePorts(
  start: () => Promise<unknown>,
  project: Project,
  stopped?: Profile,
): Promise<void> {
  const taken = await findTakenPort(project, stopped);
  if (taken !== undefined) throw new UserError(portTaken(taken));
  try {
    await start();
  } catch (error) {
    const [port] = portsToPublish(project, stopped);
    if (!(error instanceof UserError) || !isAboutPort(error.message) || port === undefined) throw error;
    throw new UserError(`${error.message}\n${portTaken({ port, fix: await fixOf(port, stopped) })}`, {
      cause: error,
    });
  }
}

function portTaken({ port, fix }: TakenPort): string {
  return `Port ${port} of this machine is in use, and the cluster needs it. ${fix}`;
}

/** Whether the message says that a port can't be published. The wording depends on Docker's version and system. */
function isAboutPort(message: string): boolean {
  const words =
    /port is already allocated|address already in use|ports are not available|forbidden by its access/i;
  return words.test(message);
}
