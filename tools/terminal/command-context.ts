import { connectDirectly } from "../minikube/bypass-proxy.ts";
import { releases, type Releases } from "../install/releases.ts";
import { exitCodeOf } from "../process/run-program.ts";
import { withoutOutput } from "../process/user-error.ts";
import { readProject, type Project } from "../pulumi/project-settings.ts";
import { withShellCommands } from "./shell-command.ts";
import { step, type Step } from "./steps.ts";
import { assumeWidth } from "./terminal-width.ts";

/** The environment of a command. Tests pass their own. */
export interface CommandContext {
  readonly project: Project;
  /** Programs to install into the project if PATH doesn't have them. */
  readonly releases: Releases;
  readonly step: Step;
  /** Whether `step` prints each progress line and keeps it, as it does without a terminal. */
  readonly printsProgress: boolean;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
  /** Limit of the wait for the URL, in milliseconds. */
  readonly urlTimeoutMs: number;
}

/** A command with parsed arguments. Returns its exit code, or undefined for 0. */
export type RunCommand = (context: CommandContext) => Promise<number | undefined>;

/** Runs a command on this terminal, for the project of this file. Sets the exit code of this process. */
export async function runOnTerminal(run: RunCommand): Promise<void> {
  assumeWidth(process.stdout);
  process.exitCode = await exitCodeOf(async () => {
    const context = {
      project: readProject(),
      releases,
      step,
      printsProgress: !process.stdout.isTTY,
      print: console.log,
      printError: console.error,
      urlTimeoutMs: 60_000,
    };
    return await runInContext(run, context);
  });
}

/**
 * Runs a command and returns its exit code. Leaves out of its error message the output that the user has seen.
 * Rewrites the commands in the message so that the user can run them.
 */
export async function runInContext(run: RunCommand, context: CommandContext): Promise<number> {
  connectDirectly(context.project);
  return await exitCodeOf(
    async () => {
      try {
        return await run(context);
      } catch (error) {
        throw context.printsProgress ? withoutOutput(error) : error;
      }
    },
    (text) => {
      context.printError(withShellCommands(text, context.project));
    },
  );
}
