import { expect } from "chai";
import { names } from "../../bench/server-names.ts";
import { cellsOf, contendersOf, matrix, workloadsOf } from "../../bench/matrix.ts";
import { durationMs } from "../../bench/measure-contenders.ts";

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

  it("measures all contenders in the first round, and those without a goal in every ninth round", () => {
    expect(cellsOf(0)).to.have.deep.members([...matrix]);
    const seldom = cellsOf(1).filter(({ contender }) => contender === names.flask);
    expect(seldom).to.deep.equal([]);
    expect(cellsOf(9)).to.have.length(matrix.length);
  });

  it("measures a single client's latency in every third round", () => {
    const alone = (round: number) => cellsOf(round).filter(({ clients }) => clients === 1).length;
    expect([1, 2, 3, 4].map(alone)).to.deep.equal([0, 0, 6, 0]);
  });

  it("names the contenders of some rounds", () => {
    expect([...contendersOf(1, 9)]).to.have.members([names.own, names.bare, names.koa]);
    expect([...contendersOf(8, 10)]).to.include.members([names.fastify, names.fastifyMongoose, names.flask]);
  });

  it("reverses the order of compared contenders from round to round", () => {
    const hot = (round: number) =>
      cellsOf(round)
        .filter(({ workload, clients }) => workload === "hot" && clients === 64)
        .map(({ contender }) => contender);
    expect(hot(1)).to.deep.equal(hot(2).toReversed());
  });

  it("takes under five minutes in 32 rounds, with 120 ms around each measurement", () => {
    const measurements = Array.from({ length: 32 }, (_, round) => cellsOf(round).length);
    const count = measurements.reduce((sum, each) => sum + each, 0);
    expect((count * (durationMs + 120)) / 60_000).to.be.below(5);
  });

  it("measures only workloads that a server serves", () => {
    expect(workloadsOf(names.fastifyMongoose)).to.deep.equal(["schemaInsert", "schemaRead"]);
    expect(workloadsOf(names.bare)).to.deep.equal(["hot", "byId", "insert", "mix"]);
  });
});
