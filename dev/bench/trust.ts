import type { BenchGoal } from "./bench-goals.ts";
import type { Cell } from "./round-summary.ts";

/** Reasons to distrust the figures; empty if there are none. A busy machine alone is not a reason. */
export function doubts(goals: readonly BenchGoal[], cells: readonly Cell[]): string[] {
  return [
    ...goals
      .filter(differs)
      .map(
        ({ about, target, halves: [one, other], tolerance }) =>
          `${about} (${target}): the halves of the rounds differ: ${one.toFixed(2)} × and ${other.toFixed(2)} × ` +
          `(limit ${percent(tolerance)} apart).`,
      ),
    ...cells
      .filter(({ failed }) => failed > 0)
      .map(
        ({ contender, workload, clients, failed }) =>
          `${contender}, ${workload}, ${clients} clients: ${failed} requests failed.`,
      ),
  ];
}

function differs({ halves: [one, other], tolerance }: BenchGoal): boolean {
  // If a contender is missing, both are NaN.
  return !(Math.max(one, other) / Math.min(one, other) - 1 <= tolerance);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
