import { isObject, type JsonObject } from "./document.ts";

/** Media types of a patch. Plain JSON is treated as a merge patch. */
export const patchTypes = ["application/merge-patch+json", "application/json"];

/**
 * Applies a JSON merge patch (RFC 7396) to a document. `null` deletes a key, objects merge, and other values replace.
 * Keys outside the patch keep their values, including BSON dates. Changes neither of its arguments.
 * @param patch needs checked keys, because an own key `__proto__` would be copied to the result
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
