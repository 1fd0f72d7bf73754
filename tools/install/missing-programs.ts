import { delimiter } from "node:path";
import { runCheck, type Check, type Row } from "../checks/check.ts";
import { installMinikube, installPulumi, minikube, pulumi } from "../checks/program-checks.ts";
import type { CommandContext } from "../terminal/command-context.ts";
import { UserError } from "../process/user-error.ts";
import { installedFolder, installRelease } from "./install-release.ts";
import type { Release } from "./releases.ts";

/** Input of the search for programs. */
export type Needs = Pick<CommandContext, "project" | "releases">;

type Name = Release["name"];

/** The check of each installable program. */
export function programChecks({ project, releases }: Needs): Readonly<Record<Name, Check>> {
  return {
    minikube: { name: "minikube", run: () => minikube(releases.minikube) },
    pulumi: { name: "Pulumi", run: () => pulumi(project.minPulumiVersion, releases.pulumi) },
  };
}

/**
 * Installs each missing or outdated program, and puts it first on the PATH of this process and its children.
 * @param signal ends the download
 * @throws {UserError} why the installation failed, and how to install the program by hand
 */
export async function installMissing(
  context: CommandContext,
  names: readonly Name[],
  signal?: AbortSignal,
): Promise<void> {
  for (const name of names) {
    const row = await rowOf(context, name);
    signal?.throwIfAborted();
    if (!needsInstall(row)) continue;
    const what = `${row.name} ${context.releases[name].version}`;
    await context.step(what, async ({ say, title }) => {
      await installOne(context, name, say, signal);
      title(`${what}, in .pulumi/bin`);
    });
  }
}

/** Adds previously installed programs to PATH, if needed. Changes nothing else. */
export async function useInstalled(needs: Needs): Promise<void> {
  for (const name of ["minikube", "pulumi"] as const) {
    const folder = installedFolder(needs.project, needs.releases[name]);
    if (folder !== undefined && needsInstall(await rowOf(needs, name))) putFirst(folder);
  }
}

async function installOne(
  context: CommandContext,
  name: Name,
  say: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    putFirst(await installRelease(context.project, context.releases[name], say, signal));
  } catch (error) {
    signal?.throwIfAborted();
    const why = (error as Error).message.replace(/\.?$/, ".");
    throw new UserError(`${programChecks(context)[name].name}: ${why} ${byHand(context, name)}`, {
      cause: error,
    });
  }
  const row = await rowOf(context, name);
  if (row.state !== "ok") throw new UserError(`${row.name}: ${row.found}. ${row.fix}`);
}

function byHand({ project, releases }: Needs, name: Name): string {
  return name === "minikube"
    ? installMinikube(releases.minikube)
    : installPulumi(project.minPulumiVersion, releases.pulumi);
}

async function rowOf(needs: Needs, name: Name): Promise<Row> {
  return await runCheck(programChecks(needs)[name]);
}

function needsInstall(row: Row): boolean {
  return row.state !== "ok" && row.isInstallable === true;
}

function putFirst(folder: string): void {
  process.env.PATH = `${folder}${delimiter}${process.env.PATH ?? ""}`;
}
