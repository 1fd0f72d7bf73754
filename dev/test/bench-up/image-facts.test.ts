import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { first, goalsOf, parseHistory } from "../../bench-up/image-facts.ts";

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
  it("separates the layers of the Dockerfile from the layers of its base image", () => {
    expect(parseHistory(`${history}\n`)).to.deep.equal({
      addedBytes: [400_000, 2_500_000],
      totalBytes: 152_900_000,
    });
  });

  it("knows the first instruction of the Dockerfile", () => {
    const dockerfile = readFileSync(join(import.meta.dirname, "../../../Dockerfile"), "utf8");
    expect(dockerfile).to.include(`AS run\n${first}\n`);
  });

  it("rejects a history without the first instruction", () => {
    expect(() => parseHistory("5\tCOPY a b")).to.throw("ENV NODE_ENV=production");
  });
});

describe("the goals of the image", () => {
  it("compare unpacked size, added size and build time with their limits", () => {
    const good = goalsOf({
      buildSeconds: [30, 9, 8],
      addedBytes: [400_000, 2_500_000],
      totalBytes: 152_900_000,
    });
    expect(good.map(({ target, measured, isReached }) => [target, measured, isReached])).to.deep.equal([
      ["≤ 3.0 MB", "2.9 MB", true],
      ["≤ 172 MB", "153 MB", true],
      ["≤ 10.0 s", "9.0 s", true],
    ]);
    const bad = goalsOf({ buildSeconds: [11], addedBytes: [3_100_000], totalBytes: 200e6 });
    expect(bad.map(({ isReached }) => isReached)).to.deep.equal([false, false, false]);
  });
});
