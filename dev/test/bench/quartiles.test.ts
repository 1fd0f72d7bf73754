import { expect } from "chai";
import { lowerQuartile, meanRatio, median, upperQuartile } from "../../bench/quartiles.ts";

describe("quartiles", () => {
  const rounds = [130, 100, 900, 110, 120];

  it("have the lower quartile of values that noise increases, and the interquartile range", () => {
    expect(lowerQuartile(rounds)).to.deep.equal({ value: 110, spread: 20 / 110 });
  });

  it("have the upper quartile of values that noise decreases", () => {
    expect(upperQuartile(rounds)).to.deep.equal({ value: 130, spread: 20 / 130 });
  });

  it("interpolate between two rounds", () => {
    expect(lowerQuartile([1, 2]).value).to.equal(1.25);
    expect(upperQuartile([1, 2]).value).to.equal(1.75);
  });

  it("ignore disturbed rounds, if fewer than half are disturbed", () => {
    const slow = rounds.map((value) => (value === 900 ? 90_000 : value));
    expect(lowerQuartile(slow)).to.deep.equal(lowerQuartile(rounds));
  });

  it("are unknown without rounds", () => {
    expect(lowerQuartile([]).value).to.be.NaN;
  });
});

describe("median", () => {
  it("is the middle of an odd number of values, and the lower of two", () => {
    expect(median([3, 1, 2])).to.equal(2);
    expect(median([4, 1, 3, 2])).to.equal(2);
  });
});

describe("meanRatio", () => {
  it("is the geometric mean, so that a ratio and its inverse cancel out", () => {
    expect(meanRatio([0.5, 2]).value).to.equal(1);
  });

  it("leaves out the lowest and the highest quarter, and missing values", () => {
    expect(meanRatio([1000, 3, NaN, 0.001, 3]).value).to.be.closeTo(3, 1e-9);
  });

  it("has an error that more rounds reduce", () => {
    const rounds = (count: number) => Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 1 : 1.1));
    expect(meanRatio(rounds(16)).error).to.be.closeTo(0.0177, 0.0005);
    expect(meanRatio(rounds(64)).error).to.be.closeTo(0.0088, 0.0005);
  });

  it("is unknown without values", () => {
    expect(meanRatio([])).to.deep.equal({ value: NaN, error: NaN });
  });
});
