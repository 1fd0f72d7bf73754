/** A goal of the project, and what was measured. */
export interface Goal {
  /** What it is about, with its unit. */
  readonly about: string;
  readonly target: string;
  readonly measured: string;
  readonly isReached: boolean;
  /** If it is missed: what was tried, and what the limit is. */
  readonly limit?: string;
}
