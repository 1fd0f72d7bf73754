import { programChecks, type Needs } from "../install/missing-programs.ts";
import { runChecks, type Check } from "./check.ts";
import { docker, dockerCredentials } from "./program-checks.ts";
import { UserError } from "../process/user-error.ts";

/**
 * Runs the checks that must pass before `up` can begin.
 * @throws {UserError} the doctor's sentence for each missing prerequisite that can't be installed
 */
export async function requireReady(needs: Needs): Promise<void> {
  const { minikube, pulumi } = programChecks(needs);
  await requireAll([
    { name: "Docker", run: docker },
    { name: "Docker logins", run: () => dockerCredentials() },
    minikube,
    pulumi,
  ]);
}

/**
 * Runs only the checks that `down` needs.
 * @throws {UserError} the doctor's sentence
 */
export async function requirePulumi(needs: Needs): Promise<void> {
  await requireAll([programChecks(needs).pulumi]);
}

async function requireAll(checks: readonly Check[]): Promise<void> {
  const sentences = (await runChecks(checks)).flatMap((row) =>
    row.state === "ok" || row.isInstallable === true ? [] : [`${row.name}: ${row.found}. ${row.fix}`],
  );
  if (sentences.length > 0) throw new UserError(sentences.join("\n"));
}
