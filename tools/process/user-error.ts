/**
 * An error of the user or of their machine, not of this code. The message says what is wrong and what to try; it is
 * printed without a stack.
 */
export class UserError extends Error {}

/** The user pressed Ctrl-C, and the program that ran has ended in order. */
export class InterruptedError extends UserError {}

/**
 * Runs work on files. A system error (EACCES, ENOSPC, …) says something of this machine: it becomes a sentence.
 * @param action what the work does, such as "write backup.gz"
 * @throws {UserError} in place of a system error
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
