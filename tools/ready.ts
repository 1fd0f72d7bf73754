import { look, type Check } from "./checks/check.ts";
import { docker, minikube, pulumi } from "./checks/programs.ts";
import type { Project } from "./project.ts";
import { Fault } from "./run.ts";

/**
 * Makes the checks without which nothing can begin.
 * @throws {Fault} the doctor's sentence for each thing that is missing
 */
export async function requireReady(project: Project): Promise<void> {
  await require([
    { name: "Docker", look: docker },
    { name: "minikube", look: minikube },
    { name: "Pulumi", look: () => pulumi(project.leastPulumi) },
  ]);
}

/**
 * The same for `down`, which builds nothing.
 * @throws {Fault} the doctor's sentence
 */
export async function requirePulumi(project: Project): Promise<void> {
  await require([{ name: "Pulumi", look: () => pulumi(project.leastPulumi) }]);
}

async function require(checks: readonly Check[]): Promise<void> {
  const sentences = (await look(checks)).flatMap((row) =>
    row.state === "ok" ? [] : [`${row.name}: ${row.found}. ${row.mend}`],
  );
  if (sentences.length > 0) throw new Fault(sentences.join("\n"));
}
