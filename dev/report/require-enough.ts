import { UserError } from "../../tools/process/user-error.ts";

/** An option that says how much is measured. */
export interface Amount {
  /** For example `--rounds`. */
  readonly flag: string;
  readonly value: number;
  /** What the page needs. */
  readonly least: number;
}

/**
 * Checks, before anything is measured, that it is enough for the page.
 * @param isPage whether the page is to be written
 * @throws {UserError} with the options that are too small
 */
export function requireEnough(isPage: boolean, amounts: readonly Amount[]): void {
  const small = amounts.filter(({ value, least }) => value < least);
  if (!isPage || small.length === 0) return;
  const given = small.map(({ flag, value }) => `${flag} ${value}`).join(" ");
  const wanted = small.map(({ flag, least }) => `${flag} ${least}`).join(" ");
  throw new UserError(
    `${given} is too little for docs/performance.md. Run it with ${wanted}, or without --write.`,
  );
}
