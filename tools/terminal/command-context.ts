import { releases, type Releases } from "../install/releases.ts";
import { withShellCommands } from "./shell-command.ts";
import { readProject, type Project } from "../pulumi/project-settings.ts";
import { step, type Step } from "./steps.ts";

/** What a command works with; tests bring their own. */
export interface CommandContext {
  readonly project: Project;
  /** What is brought where PATH has it not. */
  readonly releases: Releases;
  readonly step: Step;
  readonly print: (text: string) => void;
  /** How long the URL may take to answer, in milliseconds. */
  readonly patience: number;
}

/** On the terminal, with the project that this file is in. */
export function terminalContext(): CommandContext {
  return { project: readProject(), releases, step, print: console.log, patience: 60_000 };
}

/** Runs a command for its exit code: what goes wrong is a sentence, without a stack trace. */
export async function exitCode(
  context: CommandContext,
  command: (context: CommandContext) => Promise<void>,
): Promise<number> {
  try {
    await command(context);
    return 0;
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    context.print(`\n${withShellCommands(sentence, context.project)}`);
    return 1;
  }
}
