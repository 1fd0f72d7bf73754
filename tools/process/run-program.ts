import { exitCodes } from "./exit-codes.ts";
import { InterruptedError, UserError } from "./user-error.ts";

/**
 * Runs a program and returns its exit code: the program's return value, or 0. Prints only the message of a user
 * error, and the stack of a bug.
 * @param printError @default standard error
 */
export async function exitCodeOf(
  program: () => Promise<number | undefined>,
  printError: (text: string) => void = console.error,
): Promise<number> {
  try {
    return (await program()) ?? exitCodes.ok;
  } catch (error) {
    const explained = explainMissingPackage(error);
    printError(`\n${isBug(explained) ? bugReport(explained) : (explained as Error).message}`);
    return exitCodeFor(explained);
  }
}

/** Runs a script of `dev/` and ends this process. The exit code is `process.exitCode`, if the script set it. */
export async function runProgram(script: () => Promise<void>): Promise<never> {
  const code = await exitCodeOf(async () => {
    await script();
    return undefined;
  });
  process.exit(code === exitCodes.ok ? process.exitCode : code);
}

/** The text for a bug: the stack, and where to report the bug. */
export function bugReport(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${stack}\n\nThis is a bug. Please report it, with the lines above, to the maintainers of this repository.`;
}

/** Turns an import error about a package that is not installed into a user error. */
function explainMissingPackage(error: unknown): unknown {
  if (!(error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND")) return error;
  const name = /^Cannot find package '([^']+)'/.exec(error.message)?.[1];
  if (name === undefined) return error;
  return new UserError(`The package ${name} is not installed. Run: npm ci`, { cause: error });
}

function exitCodeFor(error: unknown): number {
  if (error instanceof InterruptedError) return exitCodes.interrupted;
  return isBug(error) ? exitCodes.bug : exitCodes.failed;
}

function isBug(error: unknown): boolean {
  return !(error instanceof UserError || isRunError(error));
}

/** Recognizes Pulumi's RunError. Importing the class would load all of Pulumi for each command. */
function isRunError(error: unknown): boolean {
  return error instanceof Error && "__pulumiRunError" in error;
}
