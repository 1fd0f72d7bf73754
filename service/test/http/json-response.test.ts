import { expect } from "chai";
import { sharedText } from "../../http/json-response.ts";

describe("sharedText", () => {
  it("makes the text of a value once", () => {
    let made = 0;
    const value = { toJSON: () => ({ text: "Ünïcode", made: ++made }) };
    for (let i = 0; i < 2; i++) expect(sharedText(value)).to.equal('{"text":"Ünïcode","made":1}');
    expect(sharedText({ ...value })).to.equal('{"text":"Ünïcode","made":2}');
  });
});
