import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { passphraseFile, projectBackend } from "./backend.ts";
import { readProject, type Project } from "./project.ts";
import type { Environment } from "./run.ts";

/** What Pulumi is told for a command by hand: the backend and the passphrase that `up` chose, if it did. */
export function environment(project: Project): Environment {
  const backend = projectBackend(project);
  if (backend !== undefined) return backend.env;
  const { PULUMI_CONFIG_PASSPHRASE: given, PULUMI_CONFIG_PASSPHRASE_FILE: givenFile } = process.env;
  if (given !== undefined || givenFile !== undefined || !existsSync(passphraseFile(project))) return {};
  return { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(project) };
}

/**
 * Runs Pulumi on this terminal, with the project's Node.
 * @returns its exit code
 */
export function pulumi(args: readonly string[], project = readProject()): number {
  const env = { ...process.env, ...environment(project) };
  const { status, error } = spawnSync("pulumi", args, { stdio: "inherit", cwd: project.folder, env });
  if (error !== undefined) console.error(error.message);
  return status ?? 1;
}

if (import.meta.main) process.exitCode = pulumi(process.argv.slice(2));
