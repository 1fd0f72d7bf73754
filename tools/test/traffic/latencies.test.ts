import { expect } from "chai";
import { Latencies } from "../../traffic/latencies.ts";

describe("Latencies", () => {
  const hundred = Latencies.of(Array.from({ length: 100 }, (_, i) => i + 1));

  it("returns the nearest rank, exact to a thousandth", () => {
    expect(hundred.count).to.equal(100);
    for (const percent of [50, 99, 100]) {
      expect(hundred.percentile(percent)).to.be.closeTo(percent, percent / 1000);
    }
  });

  it("keeps what is shorter than a millisecond", () => {
    const short = Latencies.of([0.05, 0.06, 0.8]);
    expect(short.percentile(50)).to.equal(0.06);
    expect(short.percentile(100)).to.equal(0.8);
  });

  it("counts what is shorter than a microsecond, and what is longer than a minute", () => {
    const odd = Latencies.of([0, 1e9]);
    expect(odd.count).to.equal(2);
    expect(odd.percentile(1)).to.equal(0.001);
    expect(odd.percentile(100)).to.be.closeTo(60_000, 60);
  });

  it("is 0 without a latency", () => {
    expect(new Latencies().percentile(99)).to.equal(0);
  });
});
