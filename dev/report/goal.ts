/** A goal of the project, and the measured value. */
export interface Goal {
  /** Subject of the goal, with its unit. */
  readonly about: string;
  readonly target: string;
  readonly measured: string;
  readonly isReached: boolean;
  /** For a missed goal: what was tried, and the limiting factor. */
  readonly limit?: string;
}
