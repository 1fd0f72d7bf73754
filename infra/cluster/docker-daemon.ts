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
  const read = (name: string) => {
    const value = environment.then((text) => variable(text, name, profile));
    // If another Docker builds, nothing awaits this promise.
    value.catch(() => undefined);
    return value;
  };
  return { host: read("DOCKER_HOST"), certPath: read("DOCKER_CERT_PATH") };
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
    const problem =
      code === "ENOENT"
        ? "docker is not on PATH. Install Docker: https://docs.docker.com/get-docker/"
        : `\`docker context inspect\` failed: ${message.trim()}`;
    throw new RunError(
      "This machine's Docker builds an image for a registry, for several nodes, or for a container runtime other than " +
        `Docker. ${problem}`,
      { cause: error },
    );
  }
}

function variable(environment: string, name: string, profile: string): string {
  const value = new RegExp(`^${name}=(.+)$`, "m").exec(environment)?.[1];
  if (value !== undefined) return value;
  throw new RunError(
    `\`minikube docker-env\` printed no ${name}. To see its output, run: minikube docker-env --shell none -p ${profile}`,
  );
}
