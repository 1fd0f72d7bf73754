import { RunError, type Config } from "@pulumi/pulumi";

/**
 * A whole number within limits.
 * @param leastName the key that sets the lower limit
 * @throws {RunError} one sentence with the limits and the value
 */
export function integer(
  config: Config,
  key: string,
  least: number,
  most: number,
  leastName?: string,
): number {
  // Pulumi's own requireNumber takes "3abc" for 3.
  const text = config.require(key);
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  const from = leastName === undefined ? String(least) : `${leastName} (${least})`;
  throw new RunError(`${key} must be a whole number from ${from} to ${most}, not ${text}.`);
}

/**
 * One of a few words.
 * @throws {RunError} one sentence with all of them, and what it is
 */
export function oneOf<T extends string>(config: Config, key: string, values: readonly T[]): T {
  const value = config.require(key);
  const found = values.find((known) => known === value);
  if (found === undefined) throw new RunError(`${key} must be one of ${values.join(", ")}, not "${value}".`);
  return found;
}

/**
 * A text of some form.
 * @throws {RunError} one sentence with `what` it must be, and what it is
 */
export function matching(config: Config, key: string, pattern: RegExp, what: string): string {
  const value = config.require(key);
  if (!pattern.test(value)) throw new RunError(`${key} must be ${what}, not "${value}".`);
  return value;
}

/**
 * A text of some form, or undefined where it is not set, which is its default, the empty text.
 * @throws {RunError} as `matching` does
 */
export function optional(config: Config, key: string, pattern: RegExp, what: string): string | undefined {
  return given(config, key) === undefined ? undefined : matching(config, key, pattern, what);
}

/** A text, or undefined where it is empty. Nothing of it is shown: it may be a secret. */
export function given(config: Config, key: string): string | undefined {
  const value = config.require(key);
  return value === "" ? undefined : value;
}

/**
 * Refuses keys that would have no effect.
 * @param reason what they go with, as the end of "KEY goes with …"
 * @throws {RunError} one sentence, with the command that removes the key
 */
export function refuseKeys(config: Config, keys: readonly string[], reason: string): void {
  for (const key of keys) {
    if (given(config, key) === undefined) continue;
    throw new RunError(`${key} goes with ${reason} only. Run: pulumi config rm ${key}`);
  }
}
