import type { JsonObject } from "./document.ts";

/** Media types of a patch: a client that says only "JSON" means the same. */
export const patchTypes = ["application/merge-patch+json", "application/json"];

/**
 * Applies a JSON merge patch (RFC 7396) to a document: `null` deletes a key, objects merge, everything else replaces.
 * What the patch doesn't name stays as it is, a date of BSON too. Changes neither of its arguments.
 * @param patch its keys are checked: an own `__proto__` would become one of the result
 */
export function mergePatch(document: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(document));
  for (const [key, value] of Object.entries(patch)) {
    const old = merged.get(key);
    if (value === null) merged.delete(key);
    else merged.set(key, isObject(value) ? mergePatch(isObject(old) ? old : {}, value) : value);
  }
  return Object.fromEntries(merged);
}

/** An object of JSON, and neither an array nor one of BSON's types. */
function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
