import { connectDirectly } from "../minikube/bypass-proxy.ts";
import { useInstalled, type Needs } from "../install/missing-programs.ts";
import { releases } from "../install/releases.ts";
import { readProject } from "../pulumi/project-settings.ts";
import { cliCommand } from "../terminal/cli-command.ts";
import { runInForeground } from "../process/child-process.ts";

export const command = cliCommand("minikube", {
  summary: "Run minikube: the one that `up` installed if PATH has none.",
  examples: ["npm run minikube -- status"],
});

/** `npm run minikube -- …`: passes all arguments on to minikube. Returns minikube's exit code. */
export async function passThrough(args: readonly string[]): Promise<number> {
  return await minikube(args, { project: readProject(), releases });
}

/**
 * Runs minikube on this terminal. If PATH has no minikube, uses the one that `up` installed.
 * @returns minikube's exit code
 */
export async function minikube(args: readonly string[], needs: Needs): Promise<number> {
  connectDirectly(needs.project);
  await useInstalled(needs);
  return runInForeground("minikube", args);
}
