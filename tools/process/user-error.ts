/**
 * A problem that the user can fix, not a bug. The message says what is wrong, and the fix. Printed without a stack.
 */
export class UserError extends Error {}

/** The user pressed Ctrl-C, and the running program ended in order. */
export class InterruptedError extends UserError {}

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
