/** Milliseconds in which lines of several pods are sorted. Later lines are printed as they arrive. */
const sortWindowMs = 250;

/** Accepts lines with their times, and passes them on sorted by time. */
export interface InOrder {
  readonly add: (time: number, line: string) => void;
  /** Passes on the remaining lines. */
  end(): void;
}

/** Sorts lines from several sources by time. */
export function inOrder(pass: (line: string) => void): InOrder {
  let waiting: { readonly time: number; readonly line: string }[] = [];
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const lines = waiting.toSorted((a, b) => a.time - b.time);
    waiting = [];
    for (const { line } of lines) pass(line);
  }
  return {
    add(time, line) {
      waiting.push({ time, line });
      timer ??= setTimeout(flush, sortWindowMs);
    },
    end: flush,
  };
}
