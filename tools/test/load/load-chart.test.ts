import { expect } from "chai";
import { drawPicture } from "../../load/load-chart.ts";

describe("drawPicture", () => {
  it("draws answers, CPU beside its target, and pods, with their units", async () => {
    const svg = await drawPicture({
      autoscaler: { min: 2, max: 5, target: 50 },
      samples: [
        { due: 100, ms: 5, outcome: "ok" },
        { due: 1100, ms: 5, outcome: "shed" },
      ],
      pods: [{ at: 0, ready: 2 }],
      scaling: [
        { at: 0, current: 2, wanted: 2 },
        { at: 1000, current: 2, wanted: 4, cpu: 300 },
      ],
      off: 2000,
      end: 4000,
    });
    for (const text of ["requests/s", "CPU (% of request)", "pods", "time since the load began (min)"]) {
      expect(svg).to.include(`>${text}<`);
    }
    expect(svg)
      .to.include("target 50 %")
      .and.include("line: end of the load")
      .and.include("ready pods, at most 5");
    // Two: the answer, and its entry in the legend. One: the bar of pods.
    expect(svg.match(/fill="#2e8b57"/g)).to.have.length(2);
    expect(svg.match(/fill="#9ecae1"/g)).to.have.length(1);
    // The CPU axis reaches the highest measured value.
    expect(svg).to.include(">300<");
  });

  it("draws a load in which nothing was seen", async () => {
    const nothing = { samples: [], pods: [], scaling: [], off: 0, end: 0 };
    expect(await drawPicture({ autoscaler: { min: 2, max: 5, target: 50 }, ...nothing })).to.include("<svg");
  });
});
