import { expect } from "chai";
import { Types } from "mongoose";
import { mergePatch } from "../../resource/merge-patch.ts";

describe("mergePatch", () => {
  // Examples of RFC 7396, appendix A, in which document and patch are objects.
  const examples: [string, string, string][] = [
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', "{}"],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ["{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
    ['{"a":["b"]}', '{"a":{"c":1}}', '{"a":{"c":1}}'],
  ];
  for (const [document, patch, result] of examples) {
    it(`merges ${patch} into ${document}: ${result}`, () => {
      const merged = mergePatch(
        JSON.parse(document) as Record<string, unknown>,
        JSON.parse(patch) as Record<string, unknown>,
      );
      expect(JSON.stringify(merged)).to.equal(result);
    });
  }

  it("keeps dates and ids, and does not change its arguments", () => {
    const document = { at: new Date(0), by: new Types.ObjectId(), a: { b: 1 } };
    const merged = mergePatch(document, { a: { c: 2 } });
    expect(merged).to.deep.equal({ ...document, a: { b: 1, c: 2 } });
    expect(merged.at).to.equal(document.at);
    expect(document.a).to.deep.equal({ b: 1 });
  });

  it("does not merge into inherited properties", () => {
    const merged = mergePatch({}, { constructor: { prototype: { polluted: 1 } }, toString: { a: 1 } });
    expect(merged)
      .to.have.own.property("constructor")
      .that.deep.equals({ prototype: { polluted: 1 } });
    expect({}).not.to.have.property("polluted");
    mergePatch({}, JSON.parse('{"__proto__":{"polluted":1}}') as Record<string, unknown>);
    expect({}).not.to.have.property("polluted");
  });
});
