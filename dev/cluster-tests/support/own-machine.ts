import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { kubectlOn } from "./cluster-kubectl.ts";
import { copyProject, type ProjectCopy } from "../../../tools/test/support/project-copy.ts";
import { startProgram, type Running } from "../../../tools/test/support/running-command.ts";

const run = promisify(execFile);

/** The minikube cluster that these tests make and delete; nobody else's has this name. */
export const profile = "koa-mongo-stack-e2e";

type Command = "up" | "down";

/** Somebody who has cloned the project, and is not logged in to Pulumi. */
export interface User {
  readonly project: ProjectCopy;
  /** Starts `npm run NAME`. */
  starts(name: Command, ...args: string[]): Running;
  /** Runs it to its end, and gives what it printed; fails where it does. */
  runs(name: Command, ...args: string[]): Promise<string>;
  /** Takes the clone away, and the cluster. */
  leave(): Promise<void>;
}

/** Clones the project for a cluster of its own, which is not there yet. */
export async function newUser(): Promise<User> {
  await minikube("delete");
  const project = await copyProject();
  await project.replace(
    "Pulumi.dev.yaml",
    "config:",
    `config:\n  koa-mongo-stack:minikubeProfile: ${profile}`,
  );
  const env = { PULUMI_BACKEND_URL: undefined, PULUMI_CREDENTIALS_PATH: join(project.folder, ".pulumi") };
  const starts = (name: string, ...args: string[]) => startProgram(name, env, args, project.folder);
  return {
    project,
    starts,
    async runs(name, ...args) {
      const program = starts(name, ...args);
      const code = await program.exitCode();
      if (code !== 0) throw new Error(`${name} ended with code ${code}:\n${program.output()}`);
      return program.output();
    },
    async leave() {
      await minikube("delete");
      await project.remove();
    },
  };
}

/** minikube, for the profile of these tests. Gives what it prints. */
export async function minikube(command: string, ...args: string[]): Promise<string> {
  return (await run("minikube", [command, "--profile", profile, ...args])).stdout;
}

/** kubectl, on the cluster of these tests. */
export const kubectl = kubectlOn(profile);

/**
 * Prints the pods and what they said last: whoever reads of a failed test finds its cluster deleted.
 * @param ask kubectl. @default on the cluster of these tests
 */
export async function showPods(ask = kubectl): Promise<void> {
  const pods = await ask(
    "get",
    "pods",
    "--all-namespaces",
    "--selector=app.kubernetes.io/part-of=koa-mongo-stack",
    "--no-headers",
  ).catch((error: unknown) => {
    // Without a cluster, the test's own failure says more than this one.
    console.log(String(error));
    return "";
  });
  console.log(pods);
  for (const line of pods.split("\n").filter((text) => text !== "")) {
    const [namespace = "", pod = ""] = line.split(/\s+/);
    const said = ["--namespace", namespace, "--all-containers", "--prefix", "--tail=40"];
    console.log(await ask("logs", pod, ...said).catch(String));
  }
}
