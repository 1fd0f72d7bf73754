import { backend } from "./checks/backend.ts";
import { look, type Row } from "./checks/check.ts";
import { askForCluster, clusterChecks } from "./checks/cluster.ts";
import { avx, cpus, disk, memory, node } from "./checks/machine.ts";
import { docker, kubectl, minikube, pulumi } from "./checks/programs.ts";
import { isRunning } from "../infra/minikube.ts";
import { readProject, type Project } from "./project.ts";

/** Everything that `up` needs, looked at and not touched. */
export async function examine(project: Project): Promise<Row[]> {
  const known = await askForCluster(project.minikubeProfile);
  const clusterRuns = known !== undefined && !(known instanceof Error) && isRunning(known);
  return await look([
    { name: "Node", look: () => node() },
    { name: "Docker", look: docker },
    { name: "minikube", look: minikube },
    { name: "kubectl", look: kubectl },
    { name: "Pulumi", look: () => pulumi(project.leastPulumi) },
    { name: "Pulumi backend", look: () => backend(project) },
    { name: "memory", look: () => memory(clusterRuns) },
    { name: "CPUs", look: () => cpus() },
    { name: "disk", look: () => disk(project.folder) },
    { name: "AVX", look: () => avx(project.mongoImage) },
    ...clusterChecks(project.minikubeProfile, known),
  ]);
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
  project = readProject(),
  print: (text: string) => void = console.log,
): Promise<number> {
  const rows = await examine(project);
  print(args.includes("--json") ? JSON.stringify(rows, undefined, 2) : table(rows));
  return rows.some(({ state }) => state === "missing") ? 1 : 0;
}

if (import.meta.main) process.exitCode = await doctor(process.argv.slice(2));
