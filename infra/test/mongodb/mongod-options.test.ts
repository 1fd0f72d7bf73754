import { expect } from "chai";
import { bytesOf } from "../../cluster/nodes/quantity.ts";
import { cacheGiB, minMemory } from "../../mongodb/mongod-options.ts";

describe("cacheGiB", () => {
  for (const [memory, gib] of [
    [minMemory, 0.25],
    ["1Gi", 0.25],
    ["1536Mi", 0.25],
    ["2Gi", 0.5],
    ["2500Mi", 0.72],
    ["8Gi", 3.5],
  ] as const) {
    it(`is ${gib} of ${memory}, so that half a GiB remains in the container`, () => {
      expect(cacheGiB(memory)).to.equal(gib);
      expect(bytesOf(memory) / 1024 ** 3 - gib).to.be.at.least(0.5);
    });
  }
});
