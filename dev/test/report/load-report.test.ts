import { expect } from "chai";
import { loadGoals } from "../../report/load-report.ts";
import type { Recording } from "../../../tools/load/load-recording.ts";

describe("loadGoals", () => {
  const recording = (change: Partial<Recording> = {}): Recording => ({
    autoscaler: { min: 2, max: 5, target: 50 },
    samples: [{ due: 0, ms: 5, outcome: "ok" }],
    pods: [
      { at: 0, ready: 2 },
      { at: 29_000, ready: 3 },
    ],
    scaling: [],
    off: 120_000,
    end: 400_000,
    ...change,
  });
  const judged = (change?: Partial<Recording>, metricsPeriodSeconds?: number) =>
    loadGoals("300 requests/s", recording(change), metricsPeriodSeconds).map(
      ({ about, measured, isReached }) => [about, measured, isReached],
    );

  it("are no failed request, and another pod in time", () => {
    expect(judged()).to.deep.equal([
      ["300 requests/s: failed requests", "0", true],
      ["300 requests/s: time until pod 3 is ready", "29 s", true],
    ]);
  });

  it("name the period of metrics-server, if it is known", () => {
    expect(judged({}, 15)[1]?.[1]).to.equal("29 s, metrics every 15 s");
  });

  it("blame metrics-server only if its period is longer than the target", () => {
    const limit = (seconds: number) => loadGoals("300 requests/s", recording(), seconds)[1]?.limit;
    expect(limit(60)).to.include("metrics-server's period");
    expect(limit(15)).to.equal(undefined);
    expect(limit(10)).to.equal(undefined);
  });

  it("count shed requests as failed", () => {
    const samples = [
      { due: 0, ms: 5, outcome: "shed" },
      { due: 0, ms: 5, outcome: "broken" },
    ] as const;
    expect(judged({ samples })[0]).to.deep.equal(["300 requests/s: failed requests", "2", false]);
  });

  it("are missed when the pod comes late, or never", () => {
    const late = { at: 72_400, ready: 3 };
    const first = { at: 0, ready: 2 };
    expect(judged({ pods: [first, late] })[1]).to.deep.equal([
      "300 requests/s: time until pod 3 is ready",
      "72 s",
      false,
    ]);
    expect(judged({ pods: [first] })[1]?.slice(1)).to.deep.equal(["no pod was added to 2", false]);
  });

  it("require no pod if the autoscaler can't add one", () => {
    expect(judged({ autoscaler: { min: 2, max: 2, target: 50 } })).to.have.length(1);
  });
});
