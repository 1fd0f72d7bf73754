import { programChecks, useInstalled, type Needs } from "../install/missing-programs.ts";
import { assetOf, releases } from "../install/releases.ts";
import { withShellCommands, shellCommand } from "../terminal/shell-command.ts";
import { backend } from "../checks/backend-check.ts";
import { look, type Row } from "../checks/check.ts";
import { askForCluster, clusterChecks } from "../checks/cluster-checks.ts";
import { avx, cpus, disk, kernel, memory, node } from "../checks/machine-checks.ts";
import { docker, kubectl } from "../checks/program-checks.ts";
import { isRunning } from "../../infra/cluster/minikube-profile.ts";
import { programOnPath } from "../../service/dev/program-path.ts";
import { readProject } from "../pulumi/project-settings.ts";

/** Everything that `up` needs, looked at and not touched. */
export async function examine(needs: Needs): Promise<Row[]> {
  const { project } = needs;
  await useInstalled(needs);
  const { minikube, pulumi } = programChecks(needs);
  const known =
    programOnPath("minikube") === undefined && assetOf(needs.releases.minikube) !== undefined
      ? new Error("`npm run up` brings minikube, and makes the cluster.")
      : await askForCluster(project.minikubeProfile);
  const clusterRuns = known !== undefined && !(known instanceof Error) && isRunning(known);
  const rows = await look([
    { name: "Node", look: () => node() },
    { name: "Docker", look: docker },
    minikube,
    { name: "kubectl", look: () => kubectl(shellCommand("kubectl", project)) },
    pulumi,
    { name: "Pulumi backend", look: () => backend(project) },
    { name: "memory", look: () => memory(clusterRuns) },
    { name: "CPUs", look: () => cpus() },
    { name: "disk", look: () => disk(project.folder) },
    { name: "AVX", look: () => avx(project) },
    { name: "kernel", look: () => kernel(project) },
    ...clusterChecks(project, known),
  ]);
  return rows.map((row) =>
    row.state === "ok" ? row : { ...row, mend: withShellCommands(row.mend, project) },
  );
}

/** The rows as lines for people, with what mends a fault below it. */
export function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const line = (state: string, name: string, text: string) =>
    `${state.padEnd(7)}  ${name.padEnd(width)}  ${text}`;
  return rows
    .flatMap((row) => [
      line(row.state, row.name, firstLine(row.found)),
      ...(row.state === "ok" ? [] : row.mend.split("\n").map((text) => line("", "", `→ ${text}`))),
    ])
    .join("\n");
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

/**
 * The command.
 * @returns the exit code: 1 when something is missing
 */
export async function doctor(
  args: readonly string[],
  needs: Needs = { project: readProject(), releases },
  print: (text: string) => void = console.log,
): Promise<number> {
  const rows = await examine(needs);
  print(args.includes("--json") ? JSON.stringify(rows, undefined, 2) : table(rows));
  return rows.some(({ state }) => state === "missing") ? 1 : 0;
}

if (import.meta.main) process.exitCode = await doctor(process.argv.slice(2));
