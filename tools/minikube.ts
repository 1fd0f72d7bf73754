import { useBrought, type Needs } from "./bring/missing.ts";
import { releases } from "./bring/releases.ts";
import { readProject } from "./project.ts";
import { handOver } from "./run.ts";

/**
 * Runs minikube on this terminal, the one that `up` brought where there is no other.
 * @returns its exit code
 */
export async function minikube(
  args: readonly string[],
  needs: Needs = { project: readProject(), releases },
): Promise<number> {
  await useBrought(needs);
  return handOver("minikube", args);
}

if (import.meta.main) process.exitCode = await minikube(process.argv.slice(2));
