import { existsSync } from "node:fs";
import { passphraseFile, projectBackend } from "../pulumi/pulumi-backend.ts";
import { connectDirectly } from "../minikube/bypass-proxy.ts";
import { useInstalled, type Needs } from "../install/missing-programs.ts";
import { releases } from "../install/releases.ts";
import { readProject, type Project } from "../pulumi/project-settings.ts";
import { repairStateFiles } from "../pulumi/state-files.ts";
import { cliCommand } from "../terminal/cli-command.ts";
import { runInForeground, type Environment } from "../process/child-process.ts";

export const command = cliCommand("pulumi", {
  summary: "Run Pulumi for this project, with the backend that `up` chose.",
  examples: ["npm run pulumi -- preview"],
});

/** `npm run pulumi -- …`: passes all arguments on to Pulumi. Returns Pulumi's exit code. */
export async function passThrough(args: readonly string[]): Promise<number> {
  return await pulumi(args, { project: readProject(), releases });
}

/** The environment for a Pulumi command of the user: the backend and passphrase of `up`, if `up` chose any. */
export function environment(project: Project): Environment {
  const backend = projectBackend(project);
  if (backend !== undefined) return backend.env;
  const { PULUMI_CONFIG_PASSPHRASE: passphrase, PULUMI_CONFIG_PASSPHRASE_FILE: file } = process.env;
  if (passphrase !== undefined || file !== undefined || !existsSync(passphraseFile(project))) return {};
  return { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(project) };
}

/**
 * Runs Pulumi on this terminal, with this project's Node. If PATH has no suitable Pulumi, uses the one that `up`
 * installed.
 * @returns Pulumi's exit code
 */
export async function pulumi(args: readonly string[], needs: Needs): Promise<number> {
  const { project } = needs;
  connectDirectly(project);
  await useInstalled(needs);
  repairStateFiles(project);
  return runInForeground("pulumi", args, { env: environment(project), cwd: project.folder });
}
