import { expect } from "chai";
import { markdown } from "../../bench/bench-report.ts";
import { drawChart } from "../../bench/throughput-chart.ts";
import { median, summarize, type Round } from "../../bench/round-summary.ts";

const round = (contender: string, rate: number, over: Partial<Round> = {}): Round => {
  return {
    contender,
    rate,
    clients: 8,
    mix: "GET",
    p50: 1,
    p99: 2,
    cpu: 30,
    clientCpu: 9,
    failed: 0,
    ...over,
  };
};

const rounds = [
  round("ours", 300),
  round("bare", 100, { p50: 4 }),
  round("ours", 100, { failed: 2 }),
  round("bare", 50, { p50: 2 }),
  round("ours", 310),
  round("bare", 110, { p50: 2 }),
  round("ours", 7, { clients: 1 }),
];

describe("summarize", () => {
  it("takes medians of the rounds, and compares each with the baseline's in the same round", () => {
    const [ours, bare, alone] = summarize(rounds, "bare");
    expect(ours).to.include({ contender: "ours", rate: 300, times: 310 / 110, failed: 2 });
    expect(bare).to.include({ contender: "bare", rate: 100, p50: 2, times: 1, spread: 0.6 });
    expect(alone?.times).to.be.NaN;
  });

  it("takes the middle of an odd number, and the lower one of two", () => {
    expect(median([3, 1, 2])).to.equal(2);
    expect(median([4, 1, 3, 2])).to.equal(2);
  });
});

describe("the report", () => {
  const report = {
    date: "2026-01-01",
    machine: "a machine",
    command: "npm run bench",
    rounds: 3,
    durationMs: 1500,
    cells: summarize(rounds, "bare"),
    footprints: [{ contender: "ours", startTime: 99.6, peakMemory: NaN }],
  };

  it("says which cells are noisy, which failed, and what was not measured", () => {
    const text = markdown(report);
    const rows = text.split("\n").map((line) =>
      line
        .split(/ *\| */)
        .slice(1, -1)
        .join("|"),
    );
    expect(rows).to.include("GET|8|bare|100|1.00|2.00|2.00|30|60 % noisy");
    expect(text).to.include("ours: 2 failed");
    expect(text).to.include("2 of 3 cells are noisy");
    expect(text).to.include("trust none of it");
    expect(rows).to.include("ours|100|–");
  });

  it("has a bar for each cell in its chart, with its unit", async () => {
    const svg = await drawChart(report.cells);
    // One color for each contender: "ours" has two cells.
    expect(svg.match(/fill="#2e8b57"/g)).to.have.length(2);
    expect(svg.match(/fill="#555"/g)).to.have.length(1);
    expect(svg).to.include("GET, 1 client: requests per second").and.include("300 (2.82 ×)");
    expect(svg).to.include(">requests/s<");
  });
});
