import { UserError } from "../../tools/process/user-error.ts";

/** An option that says how much is measured. */
export interface Amount {
  /** For example `--rounds`. */
  readonly flag: string;
  readonly value: number;
  /** What the page needs. */
  readonly minimum: number;
}

/**
 * Checks, before anything is measured, that it is enough for the page.
 * @param isPage whether the page is to be written
 * @throws {UserError} with the options that are too small
 */
export function requireEnough(isPage: boolean, amounts: readonly Amount[]): void {
  const small = amounts.filter(({ value, minimum }) => value < minimum);
  if (!isPage || small.length === 0) return;
  const actual = small.map(({ flag, value }) => `${flag} ${value}`).join(" ");
  const enough = small.map(({ flag, minimum }) => `${flag} ${minimum}`).join(" ");
  throw new UserError(
    `${actual} is too little for docs/performance.md. Use ${enough}, or leave out --write.`,
  );
}
