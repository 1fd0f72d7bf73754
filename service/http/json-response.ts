import type { Context } from "koa";

/** The media type of every answer that is JSON and no problem. */
const jsonType = "application/json; charset=utf-8";

/**
 * Answers with JSON. It is text already: Node sends that in one write with its headers, and to find out what an object
 * is, Koa has Node load all of its `fetch`, which takes longer than anything else at the start.
 */
export function sendJson(ctx: Context, text: string, type = jsonType): void {
  ctx.set("Content-Type", type);
  ctx.body = text;
}

const texts = new WeakMap<object, string>();

/** The JSON of a value that several requests share, made once: the value must not change after its first use. */
export function sharedText(value: object): string {
  let text = texts.get(value);
  if (text === undefined) {
    text = JSON.stringify(value);
    texts.set(value, text);
  }
  return text;
}
