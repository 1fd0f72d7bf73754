import { expect } from "chai";
import { messageTexts } from "./message-texts.ts";

describe("messageTexts", () => {
  it("returns literals without their values, and joins literals", () => {
    const source = 'say("one" + `two ${name ?? "three"} four` +\n  "five");';
    expect(messageTexts("a.ts", source)[0]).to.equal("onetwo   fourfive");
    expect(messageTexts("a.ts", source)).to.include("three");
  });

  it("leaves out comments", () => {
    const source = '// one\n/** two */\nsay("// three"); /* four */';
    expect(messageTexts("a.ts", source)).to.deep.equal(["// three"]);
    expect(messageTexts("a.sh", '#!/bin/sh\n  # one\necho "two # three"\n')[0]?.trim()).to.equal(
      'echo "two # three"',
    );
  });
});
