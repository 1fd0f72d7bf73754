import { parseArgs } from "node:util";
import { findProfile, isRunning } from "../../infra/cluster/minikube-profile.ts";
import { installMissing } from "../install/missing-programs.ts";
import { exitCode, terminalContext, type CommandContext } from "../terminal/command-context.ts";
import { forgetCluster, madeCluster } from "../minikube/created-cluster.ts";
import type { Project } from "../pulumi/project-settings.ts";
import { requirePulumi } from "../checks/required-programs.ts";
import { work } from "../process/child-process.ts";
import { UserError } from "../process/user-error.ts";
import { change, findStack, forget, type Stack } from "../pulumi/pulumi-stack.ts";

/**
 * Takes back what `up` made: the stack, and with `--cluster` the minikube cluster, if `up` made that, too.
 * @throws {Error} one sentence, or what the program that failed has printed
 */
export async function down(args: readonly string[], context: CommandContext): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { cluster: { type: "boolean", default: false } },
  });
  const { project, step, print } = context;
  await step("Pulumi", () => requirePulumi(context));
  await installMissing(context, ["pulumi"]);
  const stack = await step("stack", () => findStack(project));
  // Whether there is still a cluster is for minikube to say.
  if (stack.exists || values.cluster) await installMissing(context, ["minikube"]);
  if (stack.exists) await destroy(stack, context);
  else print("There is no stack dev: nothing to destroy.");
  if (values.cluster) await deleteCluster(context);
}

async function destroy(stack: Stack, { project, step }: CommandContext): Promise<void> {
  // What is gone can't be asked to delete anything, neither its Kubernetes nor its Docker.
  if (await isGone(project)) await step("pulumi stack rm", ({ say }) => forget(stack, say));
  else await step("pulumi destroy", ({ say }) => change("destroy", stack, say));
}

/**
 * Whether the cluster was deleted, and all that was in it.
 * @throws {UserError} it is stopped: what is in it would be there again
 */
async function isGone(project: Project): Promise<boolean> {
  const profile = project.minikubeProfile;
  const found = await findProfile(profile);
  if (found === undefined) return true;
  if (isRunning(found)) return false;
  throw new UserError(
    `The minikube cluster "${profile}" is not running (${found.Status}). ` +
      `Run: minikube start -p ${profile}`,
  );
}

async function deleteCluster({ project, step, print }: CommandContext): Promise<void> {
  const profile = await madeCluster(project);
  if (profile === undefined) {
    print("There is no minikube cluster that `npm run up` made: none is deleted.");
  } else {
    await step(`minikube delete -p ${profile}`, ({ say }) =>
      work("minikube", ["delete", "-p", profile], {}, say),
    );
  }
  forgetCluster(project);
}

if (import.meta.main) {
  process.exitCode = await exitCode(terminalContext(), (context) => down(process.argv.slice(2), context));
}
