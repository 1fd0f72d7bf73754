import { delimiter } from "node:path";
import { lookOnce, type Check, type Row } from "../checks/check.ts";
import { installMinikube, installPulumi, minikube, pulumi } from "../checks/program-checks.ts";
import type { CommandContext } from "../terminal/command-context.ts";
import { UserError } from "../process/user-error.ts";
import { installedFolder, installRelease } from "./install-release.ts";
import type { Release } from "./releases.ts";

/** What must be known to look for the programs. */
export type Needs = Pick<CommandContext, "project" | "releases">;

type Name = Release["name"];

/** The check of each program that can be brought. */
export function programChecks({ project, releases }: Needs): Readonly<Record<Name, Check>> {
  return {
    minikube: { name: "minikube", look: () => minikube(releases.minikube) },
    pulumi: { name: "Pulumi", look: () => pulumi(project.leastPulumi, releases.pulumi) },
  };
}

/**
 * Brings what PATH has not, or has too old, and puts it first on the PATH of this process and those it starts.
 * @throws {UserError} what came instead, and how a person gets the program
 */
export async function installMissing(context: CommandContext, names: readonly Name[]): Promise<void> {
  for (const name of names) {
    const row = await rowOf(context, name);
    if (!isToBring(row)) continue;
    const what = `${row.name} ${context.releases[name].version}`;
    await context.step(what, async ({ say, title }) => {
      await bringOne(context, name, say);
      title(`${what}, in .pulumi/bin`);
    });
  }
}

/** Puts on PATH what was brought before, where it is needed. Changes nothing else. */
export async function useInstalled(needs: Needs): Promise<void> {
  for (const name of ["minikube", "pulumi"] as const) {
    const folder = installedFolder(needs.project, needs.releases[name]);
    if (folder !== undefined && isToBring(await rowOf(needs, name))) putFirst(folder);
  }
}

async function bringOne(context: CommandContext, name: Name, say: (line: string) => void): Promise<void> {
  try {
    putFirst(await installRelease(context.project, context.releases[name], say));
  } catch (error) {
    const why = (error as Error).message.replace(/\.?$/, ".");
    throw new UserError(`${programChecks(context)[name].name}: ${why} ${install(context, name)}`, {
      cause: error,
    });
  }
  const row = await rowOf(context, name);
  if (row.state !== "ok") throw new UserError(`${row.name}: ${row.found}. ${row.mend}`);
}

function install({ project, releases }: Needs, name: Name): string {
  return name === "minikube"
    ? installMinikube(releases.minikube)
    : installPulumi(project.leastPulumi, releases.pulumi);
}

async function rowOf(needs: Needs, name: Name): Promise<Row> {
  return await lookOnce(programChecks(needs)[name]);
}

function isToBring(row: Row): boolean {
  return row.state !== "ok" && row.bring === true;
}

function putFirst(folder: string): void {
  process.env.PATH = `${folder}${delimiter}${process.env.PATH ?? ""}`;
}
