import { findProfile, isRunning } from "../../infra/cluster/minikube/minikube-profile.ts";
import { installMissing } from "../install/missing-programs.ts";
import { cliCommand } from "../terminal/cli-command.ts";
import { runOnTerminal, type CommandContext } from "../terminal/command-context.ts";
import { forgetCluster, createdCluster } from "../minikube/created-cluster.ts";
import { requireMinikube, stackName, type Project } from "../pulumi/project-settings.ts";
import { requirePulumi } from "../checks/required-programs.ts";
import { runWithProgress } from "../process/child-process.ts";
import { UserError } from "../process/user-error.ts";
import { updateStack, findStack, removeStack, type Stack } from "../pulumi/pulumi-stack.ts";

/** Options of `npm run down`. */
export interface DownOptions {
  /** Whether to delete the minikube cluster too, if `up` created it. */
  readonly cluster: boolean;
}

export const command = cliCommand("down", {
  summary: "Delete the stack that `up` created.",
  description:
    "Deletes the stack that `up` created: the service, the database and everything else in the namespace.",
  examples: ["npm run down", "npm run down -- --cluster"],
})
  .option("--cluster", "Delete the minikube cluster too, if `up` created it.", false)
  .action(async (options: DownOptions) => {
    await runOnTerminal((context) => down(options, context));
  });

/**
 * Deletes the stack, and on request the minikube cluster.
 * @throws {UserError} a problem, in one sentence, or the output of a failed program
 */
export async function down({ cluster }: DownOptions, context: CommandContext): Promise<undefined> {
  const { project, step, print } = context;
  requireMinikube(project, "npm run down", "npm run pulumi -- destroy");
  await step("Pulumi", () => requirePulumi(context));
  await installMissing(context, ["pulumi"]);
  const stack = await step("stack", () => findStack(project));
  // Only minikube can tell whether the cluster still exists.
  if (stack.exists || cluster) await installMissing(context, ["minikube"]);
  if (stack.exists) await destroy(stack, { cluster }, context);
  else print(`There is no stack ${stackName}, so there is nothing to delete.`);
  if (cluster) await deleteCluster(context);
}

async function destroy(stack: Stack, { cluster }: DownOptions, context: CommandContext): Promise<void> {
  const { project, step, print } = context;
  const named = `The minikube cluster "${project.minikubeProfile}"`;
  // Pulumi can't delete resources of a cluster that is gone, neither in Kubernetes nor in Docker.
  if (await isGone(project)) {
    await step("pulumi stack rm", ({ say }) => removeStack(stack, say));
    print(`\n${named} no longer exists. Pulumi has deleted its record of the stack.`);
    return;
  }
  await step("pulumi destroy", ({ say }) => updateStack("destroy", stack, say));
  const { kind, url } = stack.backend;
  const where = kind === "project" ? "in .pulumi/state" : `at ${url}`;
  const deleted = `Everything in the stack's namespace is deleted. Pulumi keeps the stack's history ${where}.`;
  print(`\n${deleted}${cluster ? "" : ` ${named} stays, with the images of the service.`}`);
}

/**
 * Whether the cluster was deleted, with everything in it.
 * @throws {UserError} the cluster is stopped: its resources would return with the next start
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
  const profile = await createdCluster(project);
  if (profile === undefined) {
    print("No minikube cluster was deleted: there is none that `npm run up` created.");
  } else {
    await step(`minikube delete -p ${profile}`, ({ say }) =>
      runWithProgress("minikube", ["delete", "-p", profile], {}, say),
    );
  }
  forgetCluster(project);
}
