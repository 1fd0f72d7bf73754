import { RunError, type Config } from "@pulumi/pulumi";

/**
 * Reads a whole number within limits.
 * @param leastName the key that sets the lower limit
 * @throws {RunError} the limits and the value, in one sentence
 */
export function integer(
  config: Config,
  key: string,
  least: number,
  most: number,
  leastName?: string,
): number {
  // Pulumi's own requireNumber reads "3abc" as 3.
  const text = config.require(key);
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  const from = leastName === undefined ? String(least) : `${leastName} (${least})`;
  throw new RunError(`${key} must be a whole number from ${from} to ${most}, not ${text}.`);
}

/**
 * Reads one of a few words.
 * @throws {RunError} the allowed words and the value, in one sentence
 */
export function oneOf<T extends string>(config: Config, key: string, values: readonly T[]): T {
  const value = config.require(key);
  const found = values.find((known) => known === value);
  if (found === undefined) throw new RunError(`${key} must be one of ${values.join(", ")}, not "${value}".`);
  return found;
}

/**
 * Reads a text that matches a pattern.
 * @param what description of the form, as the end of "KEY must be …"
 * @throws {RunError} that description and the value, in one sentence
 */
export function matching(config: Config, key: string, pattern: RegExp, what: string): string {
  const value = config.require(key);
  if (!pattern.test(value)) throw new RunError(`${key} must be ${what}, not "${value}".`);
  return value;
}

/**
 * Reads a text that matches a pattern. Returns undefined for the empty text, which is the default.
 * @throws {RunError} like {@link matching}
 */
export function optional(config: Config, key: string, pattern: RegExp, what: string): string | undefined {
  return given(config, key) === undefined ? undefined : matching(config, key, pattern, what);
}

/** Reads a text. Returns undefined if the text is empty. No error shows the value, which may be a secret. */
export function given(config: Config, key: string): string | undefined {
  const value = config.require(key);
  return value === "" ? undefined : value;
}

/**
 * Rejects keys that would have no effect.
 * @param reason the setting that they need, as the end of "KEY goes with …"
 * @throws {RunError} the key, and the command that removes it
 */
export function refuseKeys(config: Config, keys: readonly string[], reason: string): void {
  for (const key of keys) {
    if (given(config, key) === undefined) continue;
    throw new RunError(`${key} goes with ${reason} only. Run: pulumi config rm ${key}`);
  }
}
