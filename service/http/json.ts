import type { Context } from "koa";

const texts = new WeakMap<object, Buffer>();

/**
 * Answers with a value as JSON. A value that several requests share is turned into text once: it must not change after
 * its first use.
 */
export function sendJson(ctx: Context, value: object): void {
  let text = texts.get(value);
  if (text === undefined) {
    text = Buffer.from(JSON.stringify(value));
    texts.set(value, text);
  }
  ctx.set("Content-Type", "application/json; charset=utf-8");
  ctx.body = text;
}
