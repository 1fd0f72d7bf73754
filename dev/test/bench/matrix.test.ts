import { expect } from "chai";
import { names } from "../../bench/server-names.ts";
import { cellsOf, contendersOf, matrix, roundsOfProcess, workloadsOf } from "../../bench/matrix.ts";
import { durationMs, fullPlan } from "../../bench/measure-contenders.ts";

const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);

describe("the matrix", () => {
  it("has each workload of the service at 1 and 64 clients", () => {
    const own = matrix.filter(({ contender }) => contender === names.own);
    expect(own.map(({ workload, clients }) => `${workload} ${clients}`)).to.have.members(
      ["hot", "byId", "insert", "mix", "schemaInsert", "schemaRead"].flatMap((name) => [
        `${name} 1`,
        `${name} 64`,
      ]),
    );
  });

  it("measures all contenders in the first round, and those without a goal in every fifth round of the first processes", () => {
    expect(cellsOf(0)).to.have.deep.members([...matrix]);
    const seldom = cellsOf(1).filter(({ contender }) => contender === names.flask);
    expect(seldom).to.deep.equal([]);
    const often = matrix.filter(({ end }) => end === Infinity);
    expect(cellsOf(10)).to.have.length(matrix.length);
    expect(cellsOf(15)).to.have.deep.members(often);
  });

  it("measures a single client's latency in every fifth round", () => {
    const alone = (round: number) => cellsOf(round).filter(({ clients }) => clients === 1).length;
    expect([14, 15, 16, 17, 18, 19, 20].map(alone)).to.deep.equal([0, 6, 0, 0, 0, 0, 6]);
  });

  it("names the contenders of some rounds", () => {
    expect([...contendersOf(1, 5)]).to.have.members([names.own, names.bare, names.koa]);
    expect([...contendersOf(4, 6)]).to.include.members([names.fastify, names.fastifyMongoose, names.flask]);
    expect([...contendersOf(roundsOfProcess, fullPlan.rounds)]).to.have.members([
      names.own,
      names.bare,
      names.koa,
    ]);
  });

  it("reverses the order of compared contenders from round to round", () => {
    const hot = (round: number) =>
      cellsOf(round)
        .filter(({ workload, clients }) => workload === "hot" && clients === 64)
        .map(({ contender }) => contender);
    expect(hot(1)).to.deep.equal(hot(2).toReversed());
  });

  it("takes under seven minutes, with 120 ms around each measurement and 1.5 s of warm-up for each workload", () => {
    const { rounds } = fullPlan;
    const measurements = Array.from({ length: rounds }, (_, round) => cellsOf(round).length);
    const firsts = Array.from({ length: rounds / roundsOfProcess }, (_, set) => set * roundsOfProcess);
    const warmUps = firsts
      .flatMap((first) => [...contendersOf(first, first + roundsOfProcess)])
      .map((contender) => workloadsOf(contender).length);
    expect((sum(measurements) * (durationMs + 120) + sum(warmUps) * 1500) / 60_000).to.be.below(7);
  });

  it("measures only workloads that a server serves", () => {
    expect(workloadsOf(names.fastifyMongoose)).to.deep.equal(["schemaInsert", "schemaRead"]);
    expect(workloadsOf(names.bare)).to.deep.equal(["hot", "byId", "insert", "mix"]);
  });
});
