/** Milliseconds in which lines of several pods are put in order: later ones come when they come. */
const window = 250;

/** Takes lines with their times, and passes them on in the order of these. */
export interface InOrder {
  readonly add: (time: number, line: string) => void;
  /** Passes on what is left. */
  end(): void;
}

/** Puts lines in order that come from several places. */
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
      timer ??= setTimeout(flush, window);
    },
    end: flush,
  };
}
