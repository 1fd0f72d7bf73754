import { expect } from "chai";
import { lowerQuartile, median, upperQuartile } from "../../bench/quartiles.ts";

describe("quartiles", () => {
  const rounds = [130, 100, 900, 110, 120];

  it("have the better quarter of what noise makes larger, and how far apart the middle half is", () => {
    expect(lowerQuartile(rounds)).to.deep.equal({ value: 110, spread: 20 / 110 });
  });

  it("have the better quarter of what noise makes smaller", () => {
    expect(upperQuartile(rounds)).to.deep.equal({ value: 130, spread: 20 / 130 });
  });

  it("lie between two rounds in proportion", () => {
    expect(lowerQuartile([1, 2]).value).to.equal(1.25);
    expect(upperQuartile([1, 2]).value).to.equal(1.75);
  });

  it("are not changed by rounds that were disturbed, if those are less than half", () => {
    const slow = rounds.map((value) => (value === 900 ? 90_000 : value));
    expect(lowerQuartile(slow)).to.deep.equal(lowerQuartile(rounds));
  });

  it("are unknown without rounds", () => {
    expect(lowerQuartile([]).value).to.be.NaN;
  });
});

describe("median", () => {
  it("takes the middle of an odd number, and the lower one of two", () => {
    expect(median([3, 1, 2])).to.equal(2);
    expect(median([4, 1, 3, 2])).to.equal(2);
  });
});
