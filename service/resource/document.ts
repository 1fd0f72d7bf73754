import { Problem } from "../http/problem.ts";

/** A JSON object as a client sends it. */
export type JsonObject = Record<string, unknown>;

/** Whether a value is a JSON object, and neither an array nor a BSON type. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Maximum nesting of objects and arrays. MongoDB's own limit is 100. */
export const maxDepth = 32;

/** Keys that only the server sets. */
export const serverKeys = ["_id", "createdAt", "_revision"];

/**
 * Parses a new document.
 * @throws {Problem} 422 `reserved_key`, and the problems of {@link parseObject}
 */
export function parseDocument(text: string): JsonObject {
  const value = parseObject(text);
  const reserved = serverKeys.find((key) => Object.hasOwn(value, key));
  if (reserved !== undefined) throw reservedKey(reserved);
  return value;
}

/**
 * Removes the server's keys from a client's object. The object may repeat their stored values, because a client may
 * send back a document that it read.
 * @throws {Problem} 422 `reserved_key` if a value differs from the stored one
 */
export function withoutServerKeys(sent: JsonObject, stored: JsonObject): JsonObject {
  const changed = serverKeys.find(
    (key) => Object.hasOwn(sent, key) && JSON.stringify(sent[key]) !== JSON.stringify(stored[key]),
  );
  if (changed !== undefined) throw reservedKey(changed);
  return Object.fromEntries(Object.entries(sent).filter(([key]) => !serverKeys.includes(key)));
}

/**
 * Parses an object, and checks that MongoDB can return the object unchanged.
 * @throws {Problem} 400 `invalid_json`; 422 `not_an_object`, `invalid_key`, `duplicate_key`, `too_deep`,
 *   `number_not_exact`, `invalid_unicode`
 */
export function parseObject(text: string): JsonObject {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Problem(
      422,
      "not_an_object",
      'The body is not a JSON object: send an object, such as {"name":"Ada"}.',
    );
  }
  requireStorable(value, 1);
  if (mayHaveDuplicateKey(text, value) && countKeysInText(text) !== countKeys(value)) {
    throw new Problem(422, "duplicate_key", "An object has a key twice: send each key once.");
  }
  return value as JsonObject;
}

function parseJson(text: string): unknown {
  try {
    if (!maybeInexactNumber.test(text)) return JSON.parse(text);
    return JSON.parse(text, requireExactNumber as (key: string, value: unknown) => unknown);
  } catch (error) {
    if (error instanceof Problem) throw error;
    // On a deeply nested value, the reviver's walk exhausts the stack.
    if (error instanceof RangeError) throw tooDeep();
    throw new Problem(400, "invalid_json", `The body is not valid JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/**
 * Matches every number that a double may not hold exactly: sixteen digits, or an exponent. Other texts are parsed
 * without a reviver, in a tenth of the time.
 */
const maybeInexactNumber = /\d{16}|\dE/i;

/** Reviver that rejects numbers that a double can't hold, because they would be returned as other numbers. */
function requireExactNumber(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== "number" || context.source === undefined) return value;
  const isInteger = /^-?\d+$/.test(context.source);
  if (!Number.isFinite(value) || (isInteger && BigInt(context.source) !== BigInt(value))) {
    throw new Problem(
      422,
      "number_not_exact",
      `A double can't hold ${context.source.slice(0, 40)} exactly: send the number as a string.`,
    );
  }
  return value;
}

function requireStorable(value: unknown, depth: number): void {
  if (typeof value === "string") requireUnicode(value);
  if (typeof value !== "object" || value === null) return;
  if (depth > maxDepth) throw tooDeep();
  if (!Array.isArray(value)) Object.keys(value).forEach(requireStorableKey);
  for (const child of Object.values(value)) requireStorable(child, depth + 1);
}

/** The driver would treat an object with `_bsontype` as a BSON type. */
function requireStorableKey(key: string): void {
  requireUnicode(key);
  if (key.startsWith("$") || /[.\0]/.test(key) || key === "__proto__" || key === "_bsontype") {
    throw new Problem(
      422,
      "invalid_key",
      `The key ${JSON.stringify(key.slice(0, 40))} is not allowed. A key must not start with "$", ` +
        'contain "." or NUL, or be "__proto__" or "_bsontype".',
    );
  }
}

/**
 * A quick check whether `JSON.parse` may have dropped a key. A text without exponents never becomes longer when it is
 * parsed and written again. A dropped key shortens the text, so an equal length means that no key was dropped.
 * Spaces and escapes also change the length, and then the keys must be counted.
 */
function mayHaveDuplicateKey(text: string, value: object): boolean {
  return maybeInexactNumber.test(text) || JSON.stringify(value).length !== text.length;
}

/** Number of keys in a text. In valid JSON, keys are the strings before a colon. */
function countKeysInText(text: string): number {
  let keys = 0;
  for (const [, colon] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"\s*(:)?/g)) if (colon !== undefined) keys++;
  return keys;
}

/** Number of keys in a parsed value. Of duplicate keys, `JSON.parse` silently keeps the last one. */
function countKeys(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const children = Object.values(value);
  const own = Array.isArray(value) ? 0 : children.length;
  return children.reduce<number>((sum, child) => sum + countKeys(child), own);
}

function requireUnicode(text: string): void {
  if (!text.isWellFormed()) {
    throw new Problem(422, "invalid_unicode", "A string has an unpaired surrogate: send valid Unicode.");
  }
}

function reservedKey(key: string): Problem {
  return new Problem(
    422,
    "reserved_key",
    `The server sets "${key}": omit the key, or send its stored value.`,
  );
}

function tooDeep(): Problem {
  return new Problem(422, "too_deep", `The document has more than ${maxDepth} levels of objects and arrays.`);
}
