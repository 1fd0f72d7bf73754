import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { first, inWords, parseHistory } from "../../bench-up/image-facts.ts";

const history = [
  '0\tCMD ["main.cjs"]',
  "400000\tCOPY /app/cache cache # buildkit",
  "2500000\tCOPY /app/service/dist ./ # buildkit",
  "0\tWORKDIR /app",
  "0\tENV NODE_ENV=production",
  "126000000\tCOPY node /nodejs/bin/node",
  "24000000\tbazel build …",
].join("\n");

describe("parseHistory", () => {
  it("tells what the Dockerfile adds from what was there", () => {
    expect(parseHistory(`${history}\n`)).to.deep.equal({ added: [400_000, 2_500_000], whole: 152_900_000 });
  });

  it("knows how the Dockerfile begins", () => {
    const dockerfile = readFileSync(join(import.meta.dirname, "../../../Dockerfile"), "utf8");
    expect(dockerfile).to.include(`AS run\n${first}\n`);
  });

  it("says so where the Dockerfile begins otherwise", () => {
    expect(() => parseHistory("5\tCOPY a b")).to.throw("ENV NODE_ENV=production");
  });
});

describe("the image in words", () => {
  it("judges size, size of what is added, and build", () => {
    const good = inWords({ builds: [30, 9, 8], added: [400_000, 2_500_000], whole: 152_900_000 });
    expect(good.match(/reached/g)).to.have.length(3);
    expect(good)
      .to.include("adds 2.9 MB (goal ≤ 3.0 MB: reached)")
      .and.include("0.40 MB, 2.50 MB")
      .and.include("takes 9.0 s");
    const bad = inWords({ builds: [11], added: [3_100_000], whole: 200e6 });
    expect(bad.match(/\*\*missed\*\*/g)).to.have.length(3);
  });
});
