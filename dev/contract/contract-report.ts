/** A report of schemathesis, as far as it is used here. */
export interface Report {
  readonly complete: boolean;
  /** As text, because the seed is too large for a number. */
  readonly seed: string;
  readonly running_time: number;
  readonly operations: { readonly selected: number; readonly tested: number };
  readonly test_cases: { readonly generated: number; readonly errored: number };
  readonly failures: readonly unknown[];
  readonly errors: readonly unknown[];
}

/** Parses a report. */
export function parseReport(text: string): Report {
  const seedAsText = (key: string, value: unknown, { source }: { source?: string }) =>
    key === "seed" ? source : value;
  return JSON.parse(text, seedAsText as (key: string, value: unknown) => unknown) as Report;
}

/** Returns a phrase for each problem of a run. */
export function problemsOf(report: Report): string[] {
  const { complete, operations, test_cases: cases, failures, errors } = report;
  const problems: [boolean, string][] = [
    [!complete, "the run did not complete"],
    [
      operations.tested < operations.selected,
      `${operations.selected - operations.tested} untested operations`,
    ],
    [failures.length > 0, `${failures.length} contract violations`],
    [errors.length + cases.errored > 0, `${errors.length + cases.errored} errors`],
  ];
  return problems.filter(([isProblem]) => isProblem).map(([, text]) => text);
}

/** Summarizes a run in one line. */
export function summary({ operations, test_cases: cases, failures, running_time, seed }: Report): string {
  return (
    `schemathesis: ${cases.generated} requests to ${operations.tested} operations, ` +
    `${failures.length} contract violations, ${Math.round(running_time)} s, seed ${seed}`
  );
}
