/** Operations that a test ends one by one, in any order. */
export interface Pending<Input, Output> {
  /** Begins an operation. */
  readonly begin: (input: Input) => Promise<Output>;
  /** Operations that have begun and not ended, oldest first. */
  readonly open: { readonly input: Input; resolve(output: Output): void; reject(reason: unknown): void }[];
  /** Inputs of all operations so far. */
  readonly begun: Input[];
}

/** Creates operations that a test controls. */
export function pending<Input, Output>(): Pending<Input, Output> {
  const open: Pending<Input, Output>["open"] = [];
  const begun: Input[] = [];
  return {
    open,
    begun,
    begin: (input) =>
      new Promise((resolve, reject) => {
        begun.push(input);
        open.push({ input, resolve, reject });
      }),
  };
}

/** A `defer` that does not wait for other requests. */
export function atOnce(start: () => void): void {
  start();
}

/** Waits until all code that waits only for promises has run. */
export function flushPromises(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
