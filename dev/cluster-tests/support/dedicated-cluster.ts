import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { kubectlOn } from "./cluster-kubectl.ts";
import { copyProject, type ProjectCopy } from "../../../tools/test/support/project-copy.ts";
import { startProgram, type Running } from "../../../tools/test/support/running-command.ts";

const run = promisify(execFile);

/** Profile that these tests create and delete. No other cluster has this name. */
export const profile = "koa-mongo-stack-e2e";

type Command = "up" | "down";

/** A user with a clone of the project, who is not logged in to Pulumi. */
export interface User {
  readonly project: ProjectCopy;
  /** Starts `npm run NAME`. */
  starts(name: Command, ...args: string[]): Running;
  /** Runs `npm run NAME` to its end, and returns its output. Rejects if the command fails. */
  runs(name: Command, ...args: string[]): Promise<string>;
  /** Deletes the clone and the cluster. */
  remove(): Promise<void>;
}

/** Clones the project for its own cluster, which does not exist yet. */
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
    async remove() {
      await minikube("delete");
      await project.remove();
    },
  };
}

/** Runs minikube on the profile of these tests. Returns its output. */
export async function minikube(command: string, ...args: string[]): Promise<string> {
  return (await run("minikube", [command, "--profile", profile, ...args])).stdout;
}

/** Runs kubectl on the cluster of these tests. */
export const kubectl = kubectlOn(profile);

/**
 * Prints the pods and the ends of their logs, because a failed test's cluster is deleted.
 * @param ask runs kubectl. @default on the cluster of these tests
 */
export async function showPods(ask = kubectl): Promise<void> {
  const pods = await ask(
    "get",
    "pods",
    "--all-namespaces",
    "--selector=app.kubernetes.io/part-of=koa-mongo-stack",
    "--no-headers",
  ).catch((error: unknown) => {
    // Without a cluster, the test's own failure is more useful than this error.
    console.log(String(error));
    return "";
  });
  console.log(pods);
  for (const line of pods.split("\n").filter((text) => text !== "")) {
    const [namespace = "", pod = ""] = line.split(/\s+/);
    const options = ["--namespace", namespace, "--all-containers", "--prefix", "--tail=40"];
    console.log(await ask("logs", pod, ...options).catch(String));
  }
}
