import { expect } from "chai";
import { memoryGoals, scaleTable } from "../../bench-cluster/cluster-report.ts";
import { counted } from "../../bench-cluster/memory-loads.ts";
import { cpusBetween } from "../../bench-cluster/pod-usage.ts";

describe("memoryGoals", () => {
  const judged = (mebibytes: number, restarts: number) =>
    memoryGoals([{ load: "64 clients for 600 s", course: "", mebibytes, restarts }])[0];

  it("are reached by a pod below its limit that has not been restarted", () => {
    expect(judged(66.4, 0)).to.deep.equal({
      about: "memory of a pod: 64 clients for 600 s",
      target: "< 128 MiB, 0 restarts",
      measured: "66 MiB, 0 restarts",
      isReached: true,
    });
  });

  it("are missed by a pod that was restarted or not seen", () => {
    expect([judged(66, 1), judged(128, 0), judged(0, 0)].map((goal) => goal?.isReached)).to.deep.equal([
      false,
      false,
      false,
    ]);
  });
});

describe("scaleTable", () => {
  it("says how MongoDB's load grows with the pods", () => {
    const scale = { pods: 2, workload: "inserts", rate: 2000, failed: 0, webCpus: 1.5, mongodbCpus: 0.5 };
    const unknown = { ...scale, pods: 4, failed: 3, webCpus: NaN, mongodbCpus: NaN };
    expect(scaleTable([scale, unknown]).slice(1)).to.deep.equal([
      ["2", "inserts", "2000", "1.50", "0.50", "250 µs"],
      ["4", "inserts", "2000, 3 failed", "–", "–", "– µs"],
    ]);
  });
});

describe("cpusBetween", () => {
  it("counts from one measurement of the kubelet to the next", () => {
    expect(cpusBetween({ cpuSeconds: 10, at: 100 }, { cpuSeconds: 30, at: 140 })).to.equal(0.5);
  });

  it("is unknown until the kubelet has measured again", () => {
    expect(cpusBetween({ cpuSeconds: 10, at: 100 }, { cpuSeconds: 10, at: 100 })).to.be.NaN;
  });
});

describe("counted", () => {
  it("says how often each answer came", () => {
    expect(counted(["201", "503", "201"])).to.equal("2 × 201, 1 × 503");
  });
});
