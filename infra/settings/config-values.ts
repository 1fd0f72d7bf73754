import { RunError, type Config } from "@pulumi/pulumi";

/**
 * Reads a whole number within limits.
 * @param minKey the key that sets the lower limit
 * @throws {RunError} the limits and the value, in one sentence
 */
export function integer(config: Config, key: string, min: number, max: number, minKey?: string): number {
  // Pulumi's own requireNumber reads "3abc" as 3.
  const text = config.require(key);
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  const from = minKey === undefined ? String(min) : `${minKey} (${min})`;
  throw new RunError(`${key} must be a whole number from ${from} to ${max}, not ${text}.`);
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
  return optionalText(config, key) === undefined ? undefined : matching(config, key, pattern, what);
}

/** Reads a text. Returns undefined if the text is empty. No error shows the value, which may be a secret. */
export function optionalText(config: Config, key: string): string | undefined {
  const value = config.require(key);
  return value === "" ? undefined : value;
}

/**
 * Rejects keys that would have no effect.
 * @param reason the setting that they need, as the end of "KEY is valid only with …"
 * @throws {RunError} the key, and the command that removes it
 */
export function rejectKeys(config: Config, keys: readonly string[], reason: string): void {
  for (const key of keys) {
    if (optionalText(config, key) === undefined) continue;
    throw new RunError(`${key} is valid only with ${reason}. Run: pulumi config rm ${key}`);
  }
}
