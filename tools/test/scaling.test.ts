import { expect } from "chai";
import { dataPlan, ratePlan } from "../scaling/plan.ts";
import { simulateQueue } from "../scaling/queue.ts";

const costs = { alone: 600, together: 200 };
const prices = { cpu: 30, disk: 0.1 };

describe("simulateQueue", () => {
  const simulate = (rate: number, cpuLimit: number) =>
    simulateQueue({ rate, cost: 200, cpuLimit, requests: 50_000, seed: 1 });

  it("gives the same for the same seed", () => {
    expect(simulate(1000, 1)).to.deep.equal(simulate(1000, 1));
  });

  it("is the queue of the books where the CPU is whole: half of all wait ln 2 / (1/cost − rate)", () => {
    for (const rate of [500, 2500, 4000]) {
      const { p50, utilisation } = simulate(rate, 1);
      const expected = (Math.LN2 / (1e6 / 200 - rate)) * 1000;
      expect(p50 / expected).to.be.within(0.93, 1.07);
      expect(utilisation).to.equal((rate * 200) / 1e6);
    }
  });

  it("stands still for the rest of a period in which the limit is used up", () => {
    const { p50, p99 } = simulate(2400, 0.5);
    expect(p50).to.be.greaterThan(simulate(2400, 1).p50);
    expect(p99).to.be.greaterThan(20);
    expect(simulate(250, 0.5).p99).to.be.below(2);
  });
});

describe("ratePlan", () => {
  const scaling = { cpuTarget: 50, minReplicas: 2 };

  it("takes requests that come seldom for alone, and many for together", () => {
    expect(ratePlan(10, costs, scaling, prices)).to.deep.equal({
      rate: 10,
      cpus: 0.006,
      pods: 2,
      reserved: 0.2,
      price: 6,
    });
    expect(ratePlan(1000, costs, scaling, prices).cpus).to.equal(0.2);
  });

  it("adds pods until each uses its share of its request", () => {
    expect(ratePlan(1000, costs, scaling, prices).pods).to.equal(4);
    expect(ratePlan(1000, costs, { ...scaling, cpuTarget: 100 }, prices).pods).to.equal(2);
  });
});

describe("dataPlan", () => {
  const assumed = { document: 1000, indexEntry: 30, cache: 2 ** 28, copies: 3 };

  it("counts documents, copies and what is to stay in memory", () => {
    expect(dataPlan(1e9, assumed, prices)).to.deep.equal({
      size: 1e9,
      documents: 1e6,
      index: 3e7,
      disks: 3e9,
      price: 0.30000000000000004,
      fits: true,
    });
    expect(dataPlan(1e12, assumed, prices).fits).to.equal(false);
  });
});
