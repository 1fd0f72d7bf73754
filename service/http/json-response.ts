import type { Context } from "koa";

/** Media type of every JSON answer except problems. */
const jsonType = "application/json; charset=utf-8";

/**
 * Answers with JSON text. Node sends text and headers in one write. For an object, Koa would load all of Node's
 * `fetch`, which takes longer than any other step of the start.
 */
export function sendJson(ctx: Context, text: string, type = jsonType): void {
  ctx.set("Content-Type", type);
  ctx.body = text;
}

const texts = new WeakMap<object, string>();

/**
 * Serializes a shared value only once. The value must not change after its first use. For a single document, the entry
 * in the map would take longer than the text.
 */
export function sharedText(value: object): string {
  let text = texts.get(value);
  if (text === undefined) {
    text = JSON.stringify(value);
    texts.set(value, text);
  }
  return text;
}
