import { InterruptedError } from "./user-error.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs work that Ctrl-C, `kill` or the end of the terminal cancels. The process lives until the work has cleaned up.
 * @param work ends as soon as its signal is aborted, and removes what it leaves unfinished
 * @throws {InterruptedError} it was canceled
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
    // The error of work that was cut off says nothing, unless it is about the interruption.
    if (error instanceof InterruptedError) throw error;
    throw canceled.signal.aborted ? canceled.signal.reason : error;
  } finally {
    for (const signal of signals) process.off(signal, cancel);
  }
}
