const removals = new Set<() => Promise<void>>();
/** When the first Ctrl-C came. */
let interrupted: number | undefined;
/** Milliseconds in which npm passes on a Ctrl-C that the terminal has sent as well. */
const echo = 1000;

/**
 * Has something removed when the test run is interrupted (Ctrl-C), and ends the process after it: the next run would
 * meet what this one left. A second Ctrl-C ends the process at once.
 * @returns forgets it
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
  console.error("\nInterrupted: the test's stack is destroyed now. Ctrl-C again leaves it there.");
  const removed = Promise.allSettled([...removals].map((remove) => remove()));
  void removed.then((results) => {
    for (const result of results) if (result.status === "rejected") console.error(result.reason);
    process.exit(130);
  });
}
