import { Problem } from "../http/problem.ts";

/** A JSON object as a client sends it. */
export type JsonObject = Record<string, unknown>;

/** Deepest nesting of objects and arrays that is kept. MongoDB's own limit is 100. */
export const maxDepth = 32;

/** What only the server gives a document. */
export const serverKeys = ["_id", "createdAt", "_revision"];

/**
 * Parses a new document.
 * @throws {Problem} 422 `reserved_key`, and as {@link parseObject}
 */
export function parseDocument(text: string): JsonObject {
  const value = parseObject(text);
  const reserved = serverKeys.find((key) => Object.hasOwn(value, key));
  if (reserved !== undefined) throw reservedKey(reserved);
  return value;
}

/**
 * The client's part of an object that may repeat what the server gave this document: a client sends back what it read.
 * @throws {Problem} 422 `reserved_key` if it is not the same
 */
export function withoutServerKeys(sent: JsonObject, stored: JsonObject): JsonObject {
  const changed = serverKeys.find(
    (key) => Object.hasOwn(sent, key) && JSON.stringify(sent[key]) !== JSON.stringify(stored[key]),
  );
  if (changed !== undefined) throw reservedKey(changed);
  return Object.fromEntries(Object.entries(sent).filter(([key]) => !serverKeys.includes(key)));
}

/**
 * Parses an object and makes sure that MongoDB gives it back as it came.
 * @throws {Problem} 400 `invalid_json`; 422 `not_an_object`, `invalid_key`, `duplicate_key`, `too_deep`,
 *   `number_not_exact`, `invalid_unicode`
 */
export function parseObject(text: string): JsonObject {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Problem(422, "not_an_object", 'Send a JSON object, such as {"name":"Ada"}.');
  }
  requireStorable(value, 1);
  if (mayNameTwice(text, value) && keysIn(text) !== keysOf(value)) {
    throw new Problem(422, "duplicate_key", "An object names a key twice, and only one could be kept.");
  }
  return value as JsonObject;
}

function parseJson(text: string): unknown {
  try {
    if (!mayRound.test(text)) return JSON.parse(text);
    return JSON.parse(text, requireExactNumber as (key: string, value: unknown) => unknown);
  } catch (error) {
    if (error instanceof Problem) throw error;
    // The walk over the parsed value ran out of stack.
    if (error instanceof RangeError) throw tooDeep();
    throw new Problem(400, "invalid_json", `The body is not JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/**
 * What a number must have for a double not to hold it exactly: sixteen digits, or an exponent. A reviver takes ten times
 * as long as the parser does without one, and most texts need none.
 */
const mayRound = /\d{16}|\dE/i;

/** A reviver that rejects numbers which a double can't hold: they would come back as other numbers. */
function requireExactNumber(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== "number" || context.source === undefined) return value;
  const isWhole = /^-?\d+$/.test(context.source);
  if (!Number.isFinite(value) || (isWhole && BigInt(context.source) !== BigInt(value))) {
    throw new Problem(
      422,
      "number_not_exact",
      `The number ${context.source.slice(0, 40)} can't be kept exactly: send it as a string.`,
    );
  }
  return value;
}

function requireStorable(value: unknown, depth: number): void {
  if (typeof value === "string") requireUnicode(value);
  if (typeof value !== "object" || value === null) return;
  if (depth > maxDepth) throw tooDeep();
  if (!Array.isArray(value)) Object.keys(value).forEach(requireKey);
  for (const child of Object.values(value)) requireStorable(child, depth + 1);
}

/** `_bsontype` would make the driver take an object for one of BSON's own types. */
function requireKey(key: string): void {
  requireUnicode(key);
  if (key.startsWith("$") || /[.\0]/.test(key) || key === "__proto__" || key === "_bsontype") {
    throw new Problem(
      422,
      "invalid_key",
      `The key ${JSON.stringify(key.slice(0, 40))} can't be kept: keys don't start with "$", ` +
        'have no "." and no NUL, and are not "__proto__" or "_bsontype".',
    );
  }
}

/**
 * Without exponents nothing that is parsed and written again becomes longer, and a key less makes it shorter: where the
 * length is the same, no key was lost. It is a quick look; who wrote spaces or escapes has his keys counted.
 */
function mayNameTwice(text: string, value: object): boolean {
  return mayRound.test(text) || JSON.stringify(value).length !== text.length;
}

/** Number of keys as they are written. In valid JSON they are the strings before a colon. */
function keysIn(text: string): number {
  let keys = 0;
  for (const [, colon] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"\s*(:)?/g)) if (colon !== undefined) keys++;
  return keys;
}

/** Number of keys as they were understood: of two that are the same, `JSON.parse` keeps the last in silence. */
function keysOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const children = Object.values(value);
  const own = Array.isArray(value) ? 0 : children.length;
  return children.reduce<number>((sum, child) => sum + keysOf(child), own);
}

function requireUnicode(text: string): void {
  if (!text.isWellFormed()) {
    throw new Problem(
      422,
      "invalid_unicode",
      "A string holds half a surrogate pair, which UTF-8 can't carry.",
    );
  }
}

function reservedKey(key: string): Problem {
  return new Problem(422, "reserved_key", `The server gives "${key}": leave it out, or as it is.`);
}

function tooDeep(): Problem {
  return new Problem(422, "too_deep", `Objects and arrays can be nested ${maxDepth} deep at most.`);
}
