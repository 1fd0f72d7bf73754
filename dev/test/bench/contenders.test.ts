import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { imageArguments } from "../../bench/contenders.ts";

describe("imageArguments", () => {
  it("are Node's flags and the bundle", () => {
    const args = imageArguments();
    expect(args.at(-1)).to.equal("main.cjs");
    for (const flag of args.slice(0, -1)) expect(flag).to.match(/^--/);
  });

  it("have the flags with which the image's compile cache was filled, because V8 ignores any other cache", () => {
    const dockerfile = readFileSync(join(import.meta.dirname, "../../../Dockerfile"), "utf8");
    const [, filled = "[]"] = /^RUN (\[.*require\('\/app\/main\.cjs'\).*\])$/m.exec(dockerfile) ?? [];
    const [node, ...args] = JSON.parse(filled) as string[];
    expect(node).to.equal("/nodejs/bin/node");
    expect(args.slice(0, args.indexOf("-e"))).to.deep.equal(imageArguments().slice(0, -1));
  });
});
