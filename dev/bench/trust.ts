import type { BenchGoal } from "./bench-goals.ts";
import type { Cell } from "./round-summary.ts";

/** Why figures should not be trusted; nothing where they can be. A busy machine alone is no reason. */
export function doubts(goals: readonly BenchGoal[], cells: readonly Cell[]): string[] {
  return [
    ...goals
      .filter(differs)
      .map(
        ({ about, target, halves: [one, other], tolerance }) =>
          `${about} (${target}): one half of the rounds says ${one.toFixed(2)} ×, the other ${other.toFixed(2)} × ` +
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
  // Where a contender is missing, both are NaN.
  return !(Math.max(one, other) / Math.min(one, other) - 1 <= tolerance);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
