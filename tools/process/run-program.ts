import { exitCodes } from "./exit-codes.ts";
import { InterruptedError, UserError } from "./user-error.ts";

/**
 * Runs a program and returns its exit code: what the program returns, or 0. A user error is printed as its message, and
 * a bug with its stack.
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

/** Runs a script of `dev/` and ends this process, with `process.exitCode` if the script set it. */
export async function runProgram(script: () => Promise<void>): Promise<never> {
  const code = await exitCodeOf(async () => {
    await script();
    return undefined;
  });
  process.exit(code === exitCodes.ok ? process.exitCode : code);
}

/** What a bug prints: the stack, and where to report the bug. */
export function bugReport(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${stack}\n\nThis is a bug. Please report it, with the lines above, to the maintainers of this repository.`;
}

/** Makes a user error of an import whose package is not installed. */
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

/** Pulumi's RunError. Its class is not imported: that would load all of Pulumi for each command. */
function isRunError(error: unknown): boolean {
  return error instanceof Error && "__pulumiRunError" in error;
}
