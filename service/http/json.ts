import type { Context } from "koa";

// Not bytes: Node sends a string in one write with its headers.
const texts = new WeakMap<object, string>();

/**
 * Answers with a value as JSON. A value that several requests share is turned into text once: it must not change after
 * its first use.
 */
export function sendJson(ctx: Context, value: object): void {
  let text = texts.get(value);
  if (text === undefined) {
    text = JSON.stringify(value);
    texts.set(value, text);
  }
  ctx.set("Content-Type", "application/json; charset=utf-8");
  ctx.body = text;
}
