/** Operations that a test ends one by one, in any order. */
export interface Pending<Input, Output> {
  /** Begins an operation. */
  readonly begin: (input: Input) => Promise<Output>;
  /** What was begun and has not ended, oldest first. */
  readonly open: { readonly input: Input; resolve(output: Output): void; reject(reason: unknown): void }[];
  /** Every input so far. */
  readonly begun: Input[];
}

/** Operations under the control of a test. */
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

/** Lets everything run that waits for nothing but promises. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
