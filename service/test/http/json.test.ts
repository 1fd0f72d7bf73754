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
    const value = { text: "Ünïcode" };
    const first = answerWith(value);
    expect(String(first.body)).to.equal('{"text":"Ünïcode"}');
    expect(answerWith(value).body).to.equal(first.body);
    expect(answerWith({ ...value }).body).not.to.equal(first.body);
  });
});
