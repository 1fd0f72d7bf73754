import { InterruptedError } from "./user-error.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs work that Ctrl-C, `kill` or closing the terminal cancels. Keeps the process alive until the cleanup is done.
 * @param work ends when its signal aborts, and removes unfinished results
 * @throws {InterruptedError} the work was canceled
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const canceled = new AbortController();
  const cancel = () => {
    canceled.abort(new InterruptedError("Interrupted."));
  };
  for (const signal of signals) process.on(signal, cancel);
  try {
    return await work(canceled.signal);
  } catch (error) {
    // After a cancellation, only an InterruptedError of the work itself is useful. Other errors are consequences.
    if (error instanceof InterruptedError) throw error;
    throw canceled.signal.aborted ? canceled.signal.reason : error;
  } finally {
    for (const signal of signals) process.off(signal, cancel);
  }
}
