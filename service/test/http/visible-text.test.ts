import { expect } from "chai";
import { Problem } from "../../http/problem.ts";
import { visibleText } from "../../http/visible-text.ts";
import { parseDocument } from "../../resource/document.ts";

describe("visibleText", () => {
  const texts: [string, string, string][] = [
    ["a byte order mark", "a\uFEFFb", "aU+FEFFb"],
    ["a zero-width space", "\u200B", "U+200B"],
    ["a bidi override", "\u202Etxt", "U+202Etxt"],
    ["a bidi isolate", "\u2066", "U+2066"],
    ["control characters", "\0\n\x1b\x7f\x85", "U+0000U+000AU+001BU+007FU+0085"],
    ["spaces that look like one", "\u00A0\u3000", "U+00A0U+3000"],
    ["a line separator", "\u2028", "U+2028"],
    ["an unpaired surrogate", "\uD800", "U+D800"],
    ["a tag beyond 16 bits", "\u{E0041}", "U+E0041"],
    ["a Hangul filler", "\u3164", "U+3164"],
  ];
  for (const [what, text, visible] of texts) {
    it(`replaces ${what}`, () => {
      expect(visibleText(text)).to.equal(visible);
    });
  }

  it("keeps letters, spaces and emoji", () => {
    const text = 'Ünïcode 日本 🎉 "a b"';
    expect(visibleText(text)).to.equal(text);
  });

  for (const body of ['\u200B{"a":1}', '{"a\u202E":}', '{"a\u202E.b":1}', '{\n"a":\x07}']) {
    it(`is applied to the problem's detail for the body ${JSON.stringify(body)}`, () => {
      expect(() => parseDocument(body))
        .to.throw(Problem)
        .with.property("message")
        .that.matches(/U\+[0-9A-F]{4}/)
        .and.matches(/^[ -~]+$/);
    });
  }
});
