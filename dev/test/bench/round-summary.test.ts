import { expect } from "chai";
import { markdown } from "../../bench/bench-report.ts";
import { judgeBench } from "../../bench/bench-goals.ts";
import { names } from "../../bench/server-names.ts";
import { summarize } from "../../bench/round-summary.ts";
import { drawChart } from "../../bench/throughput-chart.ts";
import { fakeRounds, fakeStarts } from "./fake-rounds.ts";

describe("summarize", () => {
  it("uses the least disturbed rounds, and adds up failed requests", () => {
    const rounds = fakeRounds(({ round }) => {
      const slow = round === 5 ? 4 : 1 + round / 100;
      return { rate: 1000 / slow, cpu: 100 * slow, p50: slow, failed: round === 5 ? 2 : 0 };
    });
    const cell = summarize(rounds).find(
      ({ contender, workload, clients }) => contender === names.own && workload === "hot" && clients === 64,
    );
    expect(cell).to.include({ rounds: 8, failed: 2 });
    expect(cell?.cpu.value).to.be.within(101, 102);
    expect(cell?.p50.value).to.be.within(1.01, 1.02);
    expect(cell?.rate.value).to.be.within(1000 / 1.02, 1000 / 1.01);
    expect(cell?.cpu.spread).to.be.within(0.03, 0.06);
  });

  it("leaves out rounds without an answer", () => {
    const cells = summarize(fakeRounds(({ round, cpu }) => ({ cpu: round % 2 === 0 ? NaN : cpu })));
    expect(cells.find(({ contender }) => contender === names.own)?.cpu.value).to.equal(100);
  });
});

describe("the report", () => {
  const rounds = fakeRounds(({ contender, workload }) => {
    return { failed: contender === names.flask && workload === "mix" ? 1 : 0 };
  });
  const cells = summarize(rounds);
  const goals = judgeBench(rounds, fakeStarts());
  const footprints = [{ contender: names.own, startTimeMs: 199.6, peakMemoryBytes: NaN }];

  it("compares each server with the bare one, and names failed requests and missing measurements", () => {
    const text = markdown({
      command: "bench",
      where: "here",
      rounds: 8,
      durationMs: 250,
      cells,
      goals,
      footprints,
    });
    const rows = text.split("\n").map((line) =>
      line
        .split(/ *\| */)
        .slice(1, -1)
        .join("|"),
    );
    expect(rows).to.include(
      "reads by id|64|koa-mongo-stack|10000 ± 0 %|10.00|1.00 ± 0 %|2.00 ± 0 %|100 ± 0 %|0.10",
    );
    expect(text).to.include("Flask + pymongo: 8 failed");
    expect(rows).to.include("koa-mongo-stack|200|–");
    expect(rows).to.include("start|≤ 1.4 × node:http + driver|1.33 × ± 0 %|reached");
  });

  it("has a bar for each server under each workload of 64 clients in its chart, with its unit", async () => {
    const svg = await drawChart(cells);
    // The service has all six workloads, and bare `node:http` has four.
    expect(svg.match(/fill="#2e8b57"/g)).to.have.length(6);
    expect(svg.match(/fill="#555"/g)).to.have.length(4);
    expect(svg).to.include("requests per second of CPU time").and.include(">10000<").and.include(">1000<");
  });
});
