import { expect } from "chai";
import { sharedText } from "../../http/json-response.ts";

describe("sharedText", () => {
  it("serializes a value only once", () => {
    let count = 0;
    const value = { toJSON: () => ({ text: "Ünïcode", count: ++count }) };
    for (let i = 0; i < 2; i++) expect(sharedText(value)).to.equal('{"text":"Ünïcode","count":1}');
    expect(sharedText({ ...value })).to.equal('{"text":"Ünïcode","count":2}');
  });
});
