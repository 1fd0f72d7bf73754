import { expect } from "chai";
import { bytesOf, cpuQuantity, memoryQuantity, milliCpuOf } from "../../../cluster/nodes/quantity.ts";

describe("quantities", () => {
  for (const [text, thousandths] of [
    ["100m", 100],
    ["2", 2000],
    ["0.5", 500],
  ] as const) {
    it(`reads ${text} of CPU`, () => {
      expect(milliCpuOf(text)).to.equal(thousandths);
    });
  }

  for (const [text, bytes] of [
    ["64Mi", 64 * 1024 ** 2],
    ["8141260Ki", 8141260 * 1024],
    ["1G", 1e9],
    ["1Gi", 1024 ** 3],
    ["128", 128],
  ] as const) {
    it(`reads ${text} of memory`, () => {
      expect(bytesOf(text)).to.equal(bytes);
    });
  }

  it("writes them, rounded up", () => {
    expect(cpuQuantity(1500.2)).to.equal("1501m");
    expect(memoryQuantity(64 * 1024 ** 2 + 1)).to.equal("65Mi");
  });
});
