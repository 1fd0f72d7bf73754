import { expect } from "chai";
import { table } from "../../faults/fault-table.ts";
import { drawTimeline } from "../../faults/fault-timeline.ts";

describe("table", () => {
  it("has a row for each disruption, and the failures below", () => {
    const row = {
      requests: 9000,
      failed: 1,
      shed: 0,
      p50: 3.14,
      p99: 21,
      outage: 250,
      acknowledged: 2250,
      lost: 0,
    };
    const reasons = new Map([["broken: GET ECONNRESET", 1]]);
    const lines = table([{ fault: "rollout", ...row, reasons, notes: ["2 pods"] }]).split("\n");
    expect(lines[2]?.split(/ *\| */).slice(1, -1)).to.deep.equal([
      "rollout",
      "9000",
      "1",
      "0",
      "3.1",
      "21",
      "0.3",
      "2250",
      "0",
    ]);
    expect(lines.slice(3)).to.deep.equal(["rollout: 2 pods", "rollout: 1 × broken: GET ECONNRESET"]);
  });
});

describe("drawTimeline", () => {
  it("draws the answers per second, and names the moments", async () => {
    const svg = await drawTimeline({
      samples: [
        { due: 100, ms: 5, outcome: "ok" },
        { due: 1100, ms: 5, outcome: "shed" },
        { due: 2100, ms: 5, outcome: "broken" },
      ],
      moments: [{ at: 1000, name: "a < b" }],
      pods: [
        { at: 0, ready: 2 },
        { at: 1500, ready: 1 },
      ],
    });
    expect(svg).to.include("a &lt; b");
    for (const title of ["requests/s", "latency (ms)", "pods", "time since the load began (min)"]) {
      expect(svg).to.include(`>${title}<`);
    }
    // Each kind of answer and its legend, two steps of the pods, both latencies and their legend.
    for (const color of ["#2e8b57", "#e69f00", "#c0392b"]) {
      expect(svg.match(new RegExp(`fill="${color}"`, "g")), color).to.have.length(2);
    }
    expect(svg.match(/fill="#9ecae1"/g)).to.have.length(2);
    for (const color of ["#1f77b4", "#7b3294"]) {
      expect(svg.match(new RegExp(`stroke="${color}"`, "g")), color).to.have.length(2);
    }
  });
});
