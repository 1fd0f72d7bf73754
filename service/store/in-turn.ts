/** What {@link inTurn} works with. */
export interface InTurnOptions {
  /** Milliseconds after which a task that still waits is not started any more. */
  readonly maxWait: number;
  /** The error of such a task. */
  readonly tooLate: () => unknown;
}

/** Runs the tasks of one key one after another, in the order in which they came; tasks of other keys don't wait. */
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
