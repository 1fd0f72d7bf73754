import { expect } from "chai";
import { memoryGoals, scaleDoubts, scaleTable } from "../../bench-cluster/cluster-report.ts";
import { bodiesResult, countAnswers, idleResult, mixedResult } from "../../bench-cluster/memory-loads.ts";
import { cpusBetween, untilMeasuredTwice } from "../../bench-cluster/pod-usage.ts";

describe("memoryGoals", () => {
  const judged = (memoryMiB: number, restarts: number, isComplete = true) => {
    const result = "2000 requests/s, 3 failed";
    return memoryGoals([{ load: "64 clients for 600 s", result, isComplete, memoryMiB, restarts }])[0];
  };

  it("are reached by a pod below its limit that has not been restarted", () => {
    expect(judged(66.4, 0)).to.deep.equal({
      about: "memory of a pod: 64 clients for 600 s",
      target: "< 256 MiB, 0 restarts",
      measured: "66 MiB, 0 restarts",
      isReached: true,
    });
  });

  it("are missed by a pod that was restarted or not seen", () => {
    expect([judged(66, 1), judged(256, 0), judged(0, 0)].map((goal) => goal?.isReached)).to.deep.equal([
      false,
      false,
      false,
    ]);
  });

  it("are missed by a pod that did not complete the load, and name the result", () => {
    expect(judged(66, 0, false)).to.include({
      measured: "66 MiB, 0 restarts, but 2000 requests/s, 3 failed",
      isReached: false,
    });
  });
});

describe("the load of a memory measurement", () => {
  it("is complete if 99 % of the idle connections stay open", () => {
    expect(idleResult(990, 1000)).to.deep.equal({ result: "990 stayed open", isComplete: true });
    expect(idleResult(989, 1000).isComplete).to.equal(false);
  });

  it("is complete if each body is stored or rejected with 503, and one is stored", () => {
    expect(bodiesResult(["201", "503"])).to.deep.equal({ result: "1 × 201, 1 × 503", isComplete: true });
    for (const answers of [["503"], [], ["201", "no answer"], ["201", "500"]])
      expect(bodiesResult(answers).isComplete, answers.join()).to.equal(false);
  });

  it("is complete if no request of the mix fails", () => {
    expect(mixedResult({ rate: 1999.6, failed: 0 })).to.deep.equal({
      result: "2000 requests/s, 0 failed",
      isComplete: true,
    });
    expect(mixedResult({ rate: 2000, failed: 1 }).isComplete).to.equal(false);
  });
});

describe("scaleDoubts", () => {
  const scale = { pods: 2, workload: "inserts", rate: 2000, failed: 0, webCpus: 1.5, mongodbCpus: 0.5 };

  it("are none without failures, if the CPU time is known", () => {
    expect(scaleDoubts([scale])).to.deep.equal([]);
  });

  it("name failed requests, and unknown CPU time of the service or of MongoDB", () => {
    const unknown = "inserts, 2 pods: the kubelet did not report the CPU time of all pods.";
    expect(scaleDoubts([{ ...scale, failed: 3 }])).to.deep.equal(["inserts, 2 pods: 3 requests failed."]);
    expect(scaleDoubts([{ ...scale, webCpus: NaN }])).to.deep.equal([unknown]);
    expect(scaleDoubts([{ ...scale, mongodbCpus: NaN }])).to.deep.equal([unknown]);
  });
});

describe("untilMeasuredTwice", () => {
  const usageAt = (first: number, last: number) => ({ cpuSeconds: 1, at: first, first, last });

  it("repeats the work until each pod of each kind has two new measurements", async () => {
    // The service's two pods, and MongoDB's.
    const seen = [
      [usageAt(10, 12), usageAt(11, 11)],
      [usageAt(10, 22), usageAt(11, 11)],
      [usageAt(20, 22), usageAt(11, 11)],
      [usageAt(20, 22), usageAt(21, 21)],
      [usageAt(30, 32), usageAt(31, 31)],
    ];
    let works = 0;
    const work = () => Promise.resolve(works++);
    expect(await untilMeasuredTwice(() => Promise.resolve(seen[works] ?? []), work)).to.equal(true);
    expect(works).to.equal(4);
  });

  it("stops after the timeout if the kubelet does not measure", async () => {
    for (const time of [10, NaN]) {
      const usage = () => Promise.resolve([usageAt(time, time)]);
      expect(await untilMeasuredTwice(usage, () => Promise.resolve(), 5)).to.equal(false);
    }
  });
});

describe("scaleTable", () => {
  it("shows how MongoDB's load grows with the pods", () => {
    const reads = { pods: 2, workload: "reads by id", rate: 4000, failed: 0, webCpus: 2, mongodbCpus: 0.2 };
    const inserts = { ...reads, workload: "inserts", rate: 2000, webCpus: 1.5, mongodbCpus: 0.5 };
    const unknown = { ...inserts, pods: 4, failed: 3, webCpus: NaN, mongodbCpus: NaN };
    const [heads, ...rows] = scaleTable([reads, inserts, { ...reads, pods: 4 }, unknown]);
    expect(heads?.filter((_, i) => i % 3 < 2)).to.deep.equal([
      "pods",
      "reads by id: requests/s",
      "MongoDB's CPU per request",
      "inserts: requests/s",
      "MongoDB's CPU per request",
    ]);
    expect(rows).to.deep.equal([
      ["2", "4000", "2.00, 0.20", "50 µs", "2000", "1.50, 0.50", "250 µs"],
      ["4", "4000", "2.00, 0.20", "50 µs", "2000, 3 failed", "–, –", "– µs"],
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

describe("countAnswers", () => {
  it("counts each answer", () => {
    expect(countAnswers(["201", "503", "201"])).to.equal("2 × 201, 1 × 503");
  });
});
