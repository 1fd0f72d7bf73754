import { connectDirectly } from "../minikube/bypass-proxy.ts";
import { releases, type Releases } from "../install/releases.ts";
import { exitCodeOf } from "../process/run-program.ts";
import { readProject, type Project } from "../pulumi/project-settings.ts";
import { withShellCommands } from "./shell-command.ts";
import { step, type Step } from "./steps.ts";

/** What a command works with. Tests pass their own. */
export interface CommandContext {
  readonly project: Project;
  /** Programs that are installed into the project if PATH doesn't have them. */
  readonly releases: Releases;
  readonly step: Step;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
  /** How long the URL may take to answer, in milliseconds. */
  readonly patience: number;
}

/** A command, once its arguments are parsed. Returns its exit code, or nothing for 0. */
export type RunCommand = (context: CommandContext) => Promise<number | undefined>;

/** Runs a command on this terminal, for the project that this file is in, and sets the exit code of this process. */
export async function runOnTerminal(run: RunCommand): Promise<void> {
  process.exitCode = await exitCodeOf(async () => {
    const context = {
      project: readProject(),
      releases,
      step,
      print: console.log,
      printError: console.error,
      patience: 60_000,
    };
    return await runInContext(run, context);
  });
}

/** Runs a command and returns its exit code. Commands in its error message are those that the user can type. */
export async function runInContext(run: RunCommand, context: CommandContext): Promise<number> {
  connectDirectly(context.project);
  return await exitCodeOf(
    () => run(context),
    (text) => {
      context.printError(withShellCommands(text, context.project));
    },
  );
}
