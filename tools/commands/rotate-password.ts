import { installMissing } from "../install/missing-programs.ts";
import { cliCommand } from "../terminal/cli-command.ts";
import { runOnTerminal, type CommandContext } from "../terminal/command-context.ts";
import { readProject, requireMinikube, stackName } from "../pulumi/project-settings.ts";
import { requirePulumi } from "../checks/required-programs.ts";
import { UserError } from "../process/user-error.ts";
import { deployedOutputs, findStack, setConfig } from "../pulumi/pulumi-stack.ts";
import { up } from "./up.ts";

export const command = cliCommand("rotate-password", {
  summary: "Replace MongoDB's users and passwords.",
  description:
    "Replaces MongoDB's root user and application user by new ones with new passwords. The service keeps running.",
  examples: ["npm run rotate-password"],
}).action(async () => {
  await runOnTerminal(rotatePassword);
});

/**
 * Replaces the names and passwords of MongoDB's root and application users, while the service keeps running. After an
 * interruption at any point, the next `up` or the next rotation continues.
 * @throws {UserError} a problem, in one sentence, or the output of a failed program
 */
export async function rotatePassword(context: CommandContext): Promise<undefined> {
  const { project, step, print } = context;
  requireMinikube(
    project,
    "npm run rotate-password",
    "npm run pulumi -- config set passwordVersion N, then npm run pulumi -- up",
  );
  await step("Pulumi", () => requirePulumi(context));
  await installMissing(context, ["pulumi"]);
  const stack = await step("stack", () => findStack(project));
  if (!stack.exists)
    throw new UserError(`There is no stack ${stackName}, and no password to change. Run: npm run up`);
  // Otherwise, the deployment below would deploy the stack again.
  await deployedOutputs(stack);
  const next = project.passwordVersion + 1;
  if (!Number.isInteger(next))
    throw new UserError(
      "passwordVersion is not a whole number. To see its value, run: npm run pulumi -- config get passwordVersion",
    );
  await step(`passwordVersion ${next}`, () => setConfig(stack, "passwordVersion", String(next)));
  await up({ ...context, project: readProject(project.folder) });
  print(`\nMongoDB's users are root-${next} and app-${next} now. The previous users are deleted.`);
}
