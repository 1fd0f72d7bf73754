/**
 * A problem that the user can fix, not a bug. The message says what is wrong, and the fix. Printed without a stack.
 */
export class UserError extends Error {}

/** A program failed. The message has its output, and then its command and how it ended. */
export class ProgramError extends UserError {
  /** The program's output. */
  readonly lines: readonly string[];

  constructor(lines: readonly string[], end: string) {
    super([...lines, end].join("\n"));
    this.lines = lines;
  }
}

/** The user pressed Ctrl-C, and the running program ended in order. */
export class InterruptedError extends UserError {}

/** A user error without the output of the failed program, which the user has already seen. Other errors unchanged. */
export function withoutOutput(error: unknown): unknown {
  const output = programErrorOf(error)?.lines.join("\n");
  if (!(error instanceof UserError) || output === undefined || !error.message.startsWith(output))
    return error;
  return new UserError(error.message.slice(output.length).trimStart(), { cause: error });
}

function programErrorOf(error: unknown): ProgramError | undefined {
  if (error instanceof ProgramError) return error;
  return error instanceof Error ? programErrorOf(error.cause) : undefined;
}

/**
 * Runs file operations, and turns system errors (EACCES, ENOSPC, …) into sentences for the user.
 * @param action the operation, such as "write backup.gz"
 * @throws {UserError} instead of a system error
 */
export function explainSystemErrors<T>(action: string, work: () => T): T {
  const rethrow = (error: unknown): never => {
    if (!isSystemError(error)) throw error;
    throw new UserError(`Can't ${action}: ${error.message}`, { cause: error });
  };
  try {
    const result = work();
    return result instanceof Promise ? (result.catch(rethrow) as T) : result;
  } catch (error) {
    return rethrow(error);
  }
}

/** Whether an error is one of the operating system (EACCES, ENOSPC, …) or of DNS (ENOTFOUND, …). */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "errno" in error && "syscall" in error;
}
