/** Options of {@link inTurn}. */
export interface InTurnOptions {
  /** Maximum wait of a task, in milliseconds. A task that waits longer is rejected. */
  readonly maxWait: number;
  /** Creates the error of a task that waited too long. */
  readonly tooLate: () => unknown;
}

/** Runs the tasks of one key one after another, in order of arrival. Tasks of other keys don't wait. */
export function inTurn({ maxWait, tooLate }: InTurnOptions) {
  const last = new Map<string, Promise<unknown>>();

  return function run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const since = performance.now();
    const start = (): Promise<T> => {
      if (performance.now() - since > maxWait) throw tooLate();
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
