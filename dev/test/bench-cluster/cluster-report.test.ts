import { expect } from "chai";
import { memoryGoals, scaleDoubts, scaleTable } from "../../bench-cluster/cluster-report.ts";
import { bodiesCourse, counted, idleCourse, mixedCourse } from "../../bench-cluster/memory-loads.ts";
import { cpusBetween, untilMeasuredTwice } from "../../bench-cluster/pod-usage.ts";

describe("memoryGoals", () => {
  const judged = (mebibytes: number, restarts: number, isWhole = true) => {
    const course = "2000 requests/s, 3 failed";
    return memoryGoals([{ load: "64 clients for 600 s", course, isWhole, mebibytes, restarts }])[0];
  };

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

  it("are missed by a pod that did not take the whole load, and say how it went", () => {
    expect(judged(66, 0, false)).to.include({
      measured: "66 MiB, 0 restarts, but 2000 requests/s, 3 failed",
      isReached: false,
    });
  });
});

describe("a load of the memory", () => {
  it("is whole if 99 % of the idle connections stay open", () => {
    expect(idleCourse(990, 1000)).to.deep.equal({ course: "990 stayed open", isWhole: true });
    expect(idleCourse(989, 1000).isWhole).to.equal(false);
  });

  it("is whole if each body is stored or rejected with 503, and one is stored", () => {
    expect(bodiesCourse(["201", "503"])).to.deep.equal({ course: "1 × 201, 1 × 503", isWhole: true });
    for (const answers of [["503"], [], ["201", "no answer"], ["201", "500"]])
      expect(bodiesCourse(answers).isWhole, answers.join()).to.equal(false);
  });

  it("is whole if no request of the mix fails", () => {
    expect(mixedCourse({ rate: 1999.6, failed: 0 })).to.deep.equal({
      course: "2000 requests/s, 0 failed",
      isWhole: true,
    });
    expect(mixedCourse({ rate: 2000, failed: 1 }).isWhole).to.equal(false);
  });
});

describe("scaleDoubts", () => {
  const scale = { pods: 2, workload: "inserts", rate: 2000, failed: 0, webCpus: 1.5, mongodbCpus: 0.5 };

  it("are none without failures, if the CPU time is known", () => {
    expect(scaleDoubts([scale])).to.deep.equal([]);
  });

  it("name failed requests, and unknown CPU time of the service or of MongoDB", () => {
    const unknown = "inserts, 2 pods: the kubelet has no CPU time of all pods.";
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

  it("gives up if the kubelet does not measure", async () => {
    for (const time of [10, NaN]) {
      const usage = () => Promise.resolve([usageAt(time, time)]);
      expect(await untilMeasuredTwice(usage, () => Promise.resolve(), 5)).to.equal(false);
    }
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
