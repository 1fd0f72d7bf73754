import { existsSync } from "node:fs";
import { passphraseFile, projectBackend } from "../pulumi/pulumi-backend.ts";
import { useInstalled, type Needs } from "../install/missing-programs.ts";
import { releases } from "../install/releases.ts";
import { readProject, type Project } from "../pulumi/project-settings.ts";
import { handOver, type Environment } from "../process/child-process.ts";

/** What Pulumi is told for a command by hand: the backend and the passphrase that `up` chose, if it did. */
export function environment(project: Project): Environment {
  const backend = projectBackend(project);
  if (backend !== undefined) return backend.env;
  const { PULUMI_CONFIG_PASSPHRASE: given, PULUMI_CONFIG_PASSPHRASE_FILE: givenFile } = process.env;
  if (given !== undefined || givenFile !== undefined || !existsSync(passphraseFile(project))) return {};
  return { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(project) };
}

/**
 * Runs Pulumi on this terminal, with the project's Node; the Pulumi that `up` brought where there is no other.
 * @returns its exit code
 */
export async function pulumi(
  args: readonly string[],
  needs: Needs = { project: readProject(), releases },
): Promise<number> {
  const { project } = needs;
  await useInstalled(needs);
  return handOver("pulumi", args, { env: environment(project), cwd: project.folder });
}

if (import.meta.main) process.exitCode = await pulumi(process.argv.slice(2));
