import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { imageArguments } from "../../bench/contenders.ts";

describe("imageArguments", () => {
  it("are Node's flags and the script", () => {
    const args = imageArguments();
    expect(args.at(-1)).to.equal("run.cjs");
    for (const flag of args.slice(0, -1)) expect(flag).to.match(/^--/);
  });

  it("have the flags with which the image's code cache was filled, because V8 ignores any other cache", () => {
    const dockerfile = readFileSync(join(import.meta.dirname, "../../../Dockerfile"), "utf8");
    const [, pack = "[]"] = /^RUN (\[.*"pack\.cjs"\])$/m.exec(dockerfile) ?? [];
    expect(JSON.parse(pack)).to.deep.equal([
      "/nodejs/bin/node",
      ...imageArguments().slice(0, -1),
      "pack.cjs",
    ]);
  });
});
