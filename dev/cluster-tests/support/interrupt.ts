const removals = new Set<() => Promise<void>>();
/** Time of the first Ctrl-C, in milliseconds. */
let interrupted: number | undefined;
/** Milliseconds in which npm may repeat a Ctrl-C of the terminal. */
const echo = 1000;

/**
 * Registers a removal for an interrupted test run (Ctrl-C), because leftovers would disturb the next run. The process
 * ends after the removal. A second Ctrl-C ends the process at once.
 * @returns function that unregisters the removal
 */
export function removeAtInterrupt(remove: () => Promise<void>): () => void {
  if (removals.size === 0) process.on("SIGINT", onInterrupt);
  removals.add(remove);
  return () => {
    removals.delete(remove);
    if (removals.size === 0) process.off("SIGINT", onInterrupt);
  };
}

function onInterrupt(): void {
  if (interrupted !== undefined) {
    if (performance.now() - interrupted > echo) process.exit(130);
    return;
  }
  interrupted = performance.now();
  console.error("\nInterrupted: the test's stack is being destroyed. Press Ctrl-C again to keep the stack.");
  const removed = Promise.allSettled([...removals].map((remove) => remove()));
  void removed.then((results) => {
    for (const result of results) if (result.status === "rejected") console.error(result.reason);
    process.exit(130);
  });
}
