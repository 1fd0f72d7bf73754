import { expect } from "chai";
import { summarize, type Sample } from "../../traffic/request-samples.ts";

describe("summarize", () => {
  const samples: Sample[] = [
    { due: 0, ms: 10, outcome: "ok" },
    { due: 100, ms: 20, outcome: "ok" },
    { due: 200, ms: 5, outcome: "shed", why: "overloaded" },
    { due: 300, ms: 1, outcome: "refused", why: "GET ECONNREFUSED" },
    { due: 400, ms: 1, outcome: "refused", why: "GET ECONNREFUSED" },
    { due: 500, ms: 400, outcome: "ok" },
    { due: 1000, ms: 9999, outcome: "wrong", why: "another window" },
  ];
  const { reasons, ...figures } = summarize(samples, 0, 1000);

  it("counts a window's requests, failures and 503s apart", () => {
    expect(figures).to.include({ requests: 6, failed: 2, shed: 1 });
    expect([...reasons]).to.deep.equal([
      ["shed: overloaded", 1],
      ["refused: GET ECONNREFUSED", 2],
    ]);
  });

  it("computes the latency from right answers only", () => {
    expect(figures.p50).to.be.closeTo(20, 0.02);
    expect(figures.p99).to.be.closeTo(400, 0.4);
  });

  it("measures an outage from one right answer to the next", () => {
    expect(figures.outage).to.equal(900 - 120);
  });

  it("says that an outage lasts when nothing is answered at all", () => {
    expect(summarize([], 0, 5000)).to.include({ outage: 5000, p99: 0 });
  });
});
