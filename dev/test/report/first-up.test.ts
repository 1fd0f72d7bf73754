import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";

const page = readFileSync(join(import.meta.dirname, "../../../docs/first-up.md"), "utf8");
const [heads = [], , ...rows] = page
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .map((line) => line.split("|").map((cell) => cell.trim()));

describe("docs/first-up.md", () => {
  it("has each download's time at each speed, rounded up to seconds", () => {
    const speeds = heads.map((head) => Number(/^(\d+) Mbit\/s$/.exec(head)?.[1]));
    expect(speeds.filter(Number.isFinite)).to.deep.equal([20, 50, 200]);
    for (const row of rows) {
      const expected = row.map((cell, i) => {
        const speed = speeds[i] ?? NaN;
        return Number.isFinite(speed) ? `${Math.ceil((Number(row[2]) * 8) / speed)} s` : cell;
      });
      expect(row).to.deep.equal(expected);
    }
  });

  it("adds the sizes", () => {
    const sizes = rows.map(([, , size]) => Number(size));
    const total = sizes.pop();
    expect(total).to.equal(sizes.reduce((sum, size) => sum + size));
  });
});
