import { bringMissing } from "../install/missing-programs.ts";
import { exitCode, onTerminal, type Tools } from "../terminal/command-context.ts";
import { readProject } from "../pulumi/project-settings.ts";
import { requirePulumi } from "../checks/required-programs.ts";
import { Fault } from "../process/child-process.ts";
import { configure, findStack } from "../pulumi/pulumi-stack.ts";
import { up } from "./up.ts";

/**
 * Gives MongoDB's root and application users other names and passwords, while the service goes on. Cut off at any
 * point, the next `up` goes on from there, and so does the next rotation.
 * @throws {Error} one sentence, or what the program that failed has printed
 */
export async function rotatePassword(tools: Tools): Promise<void> {
  const { project, step, print } = tools;
  await step("Pulumi", () => requirePulumi(tools));
  await bringMissing(tools, ["pulumi"]);
  const stack = await step("stack", () => findStack(project));
  if (!stack.exists) throw new Fault("There is no stack dev, and no password to change. Run: npm run up");
  const next = project.passwordVersion + 1;
  if (!Number.isInteger(next)) throw new Fault("passwordVersion is no whole number. Run: npm run up");
  await step(`passwordVersion ${next}`, () => configure(stack, "passwordVersion", String(next)));
  await up({ ...tools, project: readProject(project.folder) });
  print(`\nMongoDB's users are root-${next} and app-${next} now. The former ones are gone.`);
}

if (import.meta.main) process.exitCode = await exitCode(onTerminal(), rotatePassword);
