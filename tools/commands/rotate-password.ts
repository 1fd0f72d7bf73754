import { installMissing } from "../install/missing-programs.ts";
import { exitCode, terminalContext, type CommandContext } from "../terminal/command-context.ts";
import { readProject } from "../pulumi/project-settings.ts";
import { requirePulumi } from "../checks/required-programs.ts";
import { UserError } from "../process/user-error.ts";
import { configure, findStack } from "../pulumi/pulumi-stack.ts";
import { up } from "./up.ts";

/**
 * Gives MongoDB's root and application users other names and passwords, while the service goes on. Cut off at any
 * point, the next `up` goes on from there, and so does the next rotation.
 * @throws {Error} one sentence, or what the program that failed has printed
 */
export async function rotatePassword(context: CommandContext): Promise<void> {
  const { project, step, print } = context;
  await step("Pulumi", () => requirePulumi(context));
  await installMissing(context, ["pulumi"]);
  const stack = await step("stack", () => findStack(project));
  if (!stack.exists) throw new UserError("There is no stack dev, and no password to change. Run: npm run up");
  const next = project.passwordVersion + 1;
  if (!Number.isInteger(next)) throw new UserError("passwordVersion is no whole number. Run: npm run up");
  await step(`passwordVersion ${next}`, () => configure(stack, "passwordVersion", String(next)));
  await up({ ...context, project: readProject(project.folder) });
  print(`\nMongoDB's users are root-${next} and app-${next} now. The former ones are gone.`);
}

if (import.meta.main) process.exitCode = await exitCode(terminalContext(), rotatePassword);
