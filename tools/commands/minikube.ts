import { useInstalled, type Needs } from "../install/missing-programs.ts";
import { releases } from "../install/releases.ts";
import { readProject } from "../pulumi/project-settings.ts";
import { handOver } from "../process/child-process.ts";

/**
 * Runs minikube on this terminal, the one that `up` brought where there is no other.
 * @returns its exit code
 */
export async function minikube(
  args: readonly string[],
  needs: Needs = { project: readProject(), releases },
): Promise<number> {
  await useInstalled(needs);
  return handOver("minikube", args);
}

if (import.meta.main) process.exitCode = await minikube(process.argv.slice(2));
