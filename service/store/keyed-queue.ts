/** Options of {@link keyedQueue}. */
export interface KeyedQueueOptions {
  /** Maximum wait of a task, in milliseconds. A task that waits longer is rejected. */
  readonly maxWaitMs: number;
  /** Creates the error of a task that waited too long. */
  readonly timeoutError: () => unknown;
}

/** Runs the tasks of each key one after another, in order of arrival. Tasks of different keys run concurrently. */
export function keyedQueue({ maxWaitMs, timeoutError }: KeyedQueueOptions) {
  const last = new Map<string, Promise<unknown>>();

  return function run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const queuedAt = performance.now();
    const start = (): Promise<T> => {
      if (performance.now() - queuedAt > maxWaitMs) throw timeoutError();
      return task();
    };
    const previous = last.get(key);
    const result = previous === undefined ? task() : previous.then(start, start);
    last.set(key, result);
    const forget = () => {
      if (last.get(key) === result) last.delete(key);
    };
    result.then(forget, forget);
    return result;
  };
}
