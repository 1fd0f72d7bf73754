import type { BenchGoal } from "./bench-goals.ts";
import { maxError } from "./quartiles.ts";
import type { Cell } from "./round-summary.ts";

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
