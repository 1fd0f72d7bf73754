import { expect } from "chai";
import type { Context } from "koa";
import { sendJson } from "../../http/json.ts";

function answerWith(value: object): Context {
  const ctx = { set: () => undefined } as unknown as Context;
  sendJson(ctx, value);
  return ctx;
}

describe("sendJson", () => {
  it("makes the text of a shared value once", () => {
    let made = 0;
    const value = { toJSON: () => ({ text: "Ünïcode", made: ++made }) };
    for (let i = 0; i < 2; i++) expect(answerWith(value).body).to.equal('{"text":"Ünïcode","made":1}');
    expect(answerWith({ ...value }).body).to.equal('{"text":"Ünïcode","made":2}');
  });
});
