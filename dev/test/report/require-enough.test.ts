import { expect } from "chai";
import { requireEnough } from "../../report/require-enough.ts";
import { UserError } from "../../../tools/process/user-error.ts";

describe("requireEnough", () => {
  const rounds = (value: number) => ({ flag: "--rounds", value, minimum: 12 });
  const starts = (value: number) => ({ flag: "--starts", value, minimum: 8 });

  it("rejects a page of too few rounds or starts, and names the options that are enough", () => {
    expect(() => {
      requireEnough(true, [rounds(11), starts(8)]);
    }).to.throw(
      UserError,
      /^--rounds 11 is too little for docs\/performance.md\. Use --rounds 12, or leave out --write\.$/,
    );
    expect(() => {
      requireEnough(true, [rounds(4), starts(7)]);
    }).to.throw("--rounds 4 --starts 7 is too little for docs/performance.md. Use --rounds 12 --starts 8,");
  });

  it("accepts enough, and anything that is not for the page", () => {
    const accepts = (isPage: boolean, value: number) => {
      requireEnough(isPage, [rounds(value)]);
      return true;
    };
    expect([accepts(true, 12), accepts(false, 1)]).to.deep.equal([true, true]);
  });
});
