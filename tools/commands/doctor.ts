import { programChecks, useInstalled, type Needs } from "../install/missing-programs.ts";
import { assetOf } from "../install/releases.ts";
import { exitCodes } from "../process/exit-codes.ts";
import { cliCommand } from "../terminal/cli-command.ts";
import { runOnTerminal, type CommandContext } from "../terminal/command-context.ts";
import { withShellCommands, shellCommand } from "../terminal/shell-command.ts";
import { backend } from "../checks/backend-check.ts";
import { runChecks, type Row } from "../checks/check.ts";
import { findKnownCluster, clusterChecks } from "../checks/cluster-checks.ts";
import { avx, cpus, disk, kernel, memory, node, user } from "../checks/machine-checks.ts";
import { docker, dockerCredentials, kubectl } from "../checks/program-checks.ts";
import { findPlaceIfAny } from "../pulumi/deployed-stack.ts";
import { isRunning } from "../../infra/cluster/minikube/minikube-profile.ts";
import { programOnPath } from "../../service/dev/program-path.ts";

/** Options of `npm run doctor`. */
export interface DoctorOptions {
  /** Whether to print the table as JSON. */
  readonly json: boolean;
}

export const command = cliCommand("doctor", {
  summary: "Check what `up` needs, and print a fix for each problem.",
  description:
    "Checks everything that `up` needs, changes nothing, and prints a fix for each problem. Exits with 1 if something is missing.",
  examples: ["npm run doctor", "npm run doctor -- --json"],
})
  .option("--json", "Print JSON, for programs.", false)
  .action(async (options: DoctorOptions) => {
    await runOnTerminal((context) => doctor(options, context));
  });

/**
 * Prints the results of {@link examine}.
 * @returns the exit code: `failed` if something is missing
 */
export async function doctor(
  { json }: DoctorOptions,
  context: Pick<CommandContext, "project" | "releases" | "print">,
): Promise<number> {
  const rows = await examine(context);
  context.print(json ? JSON.stringify(rows, undefined, 2) : table(rows));
  return rows.some(({ state }) => state === "missing") ? exitCodes.failed : exitCodes.ok;
}

/** Checks everything that `up` needs, without changing anything. */
export async function examine(needs: Needs): Promise<Row[]> {
  const { project } = needs;
  await useInstalled(needs);
  const { minikube, pulumi } = programChecks(needs);
  const known =
    programOnPath("minikube") === undefined && assetOf(needs.releases.minikube) !== undefined
      ? new Error("`npm run up` installs minikube, and creates the cluster.")
      : await findKnownCluster(project.minikubeProfile);
  const clusterRuns = known !== undefined && !(known instanceof Error) && isRunning(known);
  const rows = await runChecks([
    { name: "Node", run: () => node() },
    { name: "Docker", run: docker },
    { name: "Docker logins", run: () => dockerCredentials() },
    minikube,
    { name: "kubectl", run: () => kubectl(shellCommand("kubectl", project)) },
    pulumi,
    { name: "Pulumi backend", run: () => backend(project) },
    { name: "user", run: () => user(known !== undefined) },
    { name: "memory", run: () => memory(clusterRuns) },
    { name: "CPUs", run: () => cpus() },
    { name: "disk", run: () => disk(project.folder) },
    { name: "AVX", run: () => avx(project) },
    { name: "kernel", run: () => kernel(project) },
    ...clusterChecks(project, known, () => findPlaceIfAny(needs)),
  ]);
  return rows.map((row) => (row.state === "ok" ? row : { ...row, fix: withShellCommands(row.fix, project) }));
}

/** Formats the rows for people, with a fix below each problem. */
export function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const line = (state: string, name: string, text: string) =>
    `${state.padEnd(7)}  ${name.padEnd(width)}  ${text}`;
  return rows
    .flatMap((row) => [
      line(row.state, row.name, firstLine(row.found)),
      ...(row.state === "ok" ? [] : row.fix.split("\n").map((text) => line("", "", `→ ${text}`))),
    ])
    .join("\n");
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
