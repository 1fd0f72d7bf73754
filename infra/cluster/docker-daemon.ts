import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { RunError } from "@pulumi/pulumi/errors.js";
import { runMinikube, type Profile } from "./minikube/minikube-profile.ts";

const run = promisify(execFile);

/** A Docker daemon: its address, and the folder with the client's certificates if it has any. */
export interface Docker {
  readonly host: string | Promise<string>;
  readonly certPath?: string | Promise<string>;
}

/** Whether the cluster has exactly one node, whose Docker can build the image. */
export function canBuild({ Config }: Profile): boolean {
  return Config.KubernetesConfig.ContainerRuntime === "docker" && Config.Nodes.length === 1;
}

/** The node's Docker. Both promises reject with a RunError if minikube does not print the address. */
export function dockerOfNode(profile: string): Docker {
  const environment = runMinikube(["docker-env", "--shell", "none", "--profile", profile]);
  const say = (name: string) => {
    const said = environment.then((text) => variable(text, name));
    // If another Docker builds, nothing awaits this promise.
    said.catch(() => undefined);
    return said;
  };
  return { host: say("DOCKER_HOST"), certPath: say("DOCKER_CERT_PATH") };
}

/**
 * The Docker daemon that the `docker` command uses. The Docker provider itself does not know contexts.
 * @throws {RunError} docker is not on PATH, or failed
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
