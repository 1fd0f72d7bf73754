import type { BenchGoal } from "./bench-goals.ts";
import type { Cell } from "./round-summary.ts";

/** Maximum standard error of a factor, as a share. With a larger one, a goal of 1.12 would mean nothing. */
const maxError = 0.1;

/** Reasons to distrust the figures; empty if there are none. A busy machine alone is not a reason. */
export function doubts(goals: readonly BenchGoal[], cells: readonly Cell[]): string[] {
  return [
    ...goals
      // If a contender is missing, the error is NaN.
      .filter(({ error }) => !(error <= maxError))
      .map(
        ({ about, target, measured, error }) =>
          `${about} (${target}): ${measured}: the error is ${percent(error)} (limit ${percent(maxError)}).`,
      ),
    ...cells
      .filter(({ failed }) => failed > 0)
      .map(
        ({ contender, workload, clients, failed }) =>
          `${contender}, ${workload}, ${clients} clients: ${failed} requests failed.`,
      ),
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
