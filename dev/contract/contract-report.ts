/** What schemathesis reports of a run, as far as it is judged. */
export interface Report {
  readonly complete: boolean;
  /** As it is written: it is more than a number holds. */
  readonly seed: string;
  readonly running_time: number;
  readonly operations: { readonly selected: number; readonly tested: number };
  readonly test_cases: { readonly generated: number; readonly errored: number };
  readonly failures: readonly unknown[];
  readonly errors: readonly unknown[];
}

/** Reads a report. */
export function parseReport(text: string): Report {
  const seedAsText = (key: string, value: unknown, { source }: { source?: string }) =>
    key === "seed" ? source : value;
  return JSON.parse(text, seedAsText as (key: string, value: unknown) => unknown) as Report;
}

/** What is wrong with a run, a sentence each. */
export function faultsOf(report: Report): string[] {
  const { complete, operations, test_cases: cases, failures, errors } = report;
  const faults: [boolean, string][] = [
    [!complete, "the run did not come to its end"],
    [
      operations.tested < operations.selected,
      `${operations.selected - operations.tested} operations untested`,
    ],
    [failures.length > 0, `${failures.length} contract breaks`],
    [errors.length + cases.errored > 0, `${errors.length + cases.errored} errors`],
  ];
  return faults.filter(([isFault]) => isFault).map(([, text]) => text);
}

/** The run in one line. */
export function summary({ operations, test_cases: cases, failures, running_time, seed }: Report): string {
  return (
    `schemathesis: ${cases.generated} requests to ${operations.tested} operations, ` +
    `${failures.length} contract breaks, ${Math.round(running_time)} s, seed ${seed}`
  );
}
