import { expect } from "chai";
import { judgeBench } from "../../bench/bench-goals.ts";
import { names } from "../../bench/server-names.ts";
import { summarize, type Round } from "../../bench/round-summary.ts";
import { doubts } from "../../bench/trust.ts";
import { fakeRounds, fakeStarts } from "./fake-rounds.ts";

describe("judgeBench", () => {
  const goalsOf = (change?: (round: Round) => Partial<Round>) => judgeBench(fakeRounds(change), fakeStarts());

  it("counts less CPU time per request as more requests, and compares latency and start as they are", () => {
    const goals = goalsOf().map(({ about, measured }) => [about, measured]);
    expect(goals).to.deep.include(["one hot page, 64 clients: requests per CPU second", "10.00 × ± 0 %"]);
    expect(goals).to.deep.include(["inserts, 1 client: latency", "0.10 × ± 0 %"]);
    expect(goals).to.deep.include(["start", "1.33 × ± 0 %"]);
  });

  it("misses a minimum with a smaller value, and a maximum with a larger one", () => {
    const isReached = (own: Partial<Round>) =>
      goalsOf(({ contender }) => (contender === names.own ? own : {}))
        .filter(({ about }) => about !== "start")
        .map((goal) => goal.isReached);
    expect(new Set(isReached({}))).to.deep.equal(new Set([true]));
    expect(new Set(isReached({ cpu: 2000, p50: 12 }))).to.deep.equal(new Set([false]));
  });

  it("compares a schema's resource with Koa and Mongoose", () => {
    const about = "inserts of a schema, 64 clients: requests per CPU second";
    const goal = goalsOf(({ contender }) => (contender === names.koa ? { cpu: 150 } : {})).find(
      (one) => one.about === about,
    );
    expect(goal).to.include({
      target: "≥ 2 × Koa + Mongoose",
      measured: "1.50 × ± 0 %",
      isReached: false,
    });
  });
});

describe("doubts", () => {
  const doubtsOf = (change?: (round: Round) => Partial<Round>) => {
    const rounds = fakeRounds(change);
    return doubts(judgeBench(rounds, fakeStarts()), summarize(rounds));
  };

  it("are none if all rounds have the same figures", () => {
    expect(doubtsOf()).to.deep.equal([]);
  });

  it("are none if the machine slows all servers equally, or only some rounds", () => {
    expect(doubtsOf(({ round, cpu }) => ({ cpu: round < 4 ? cpu : 2 * cpu }))).to.deep.equal([]);
    expect(
      doubtsOf(({ round, cpu, contender }) => ({
        cpu: round === 1 && contender === names.own ? 9 * cpu : cpu,
      })),
    ).to.deep.equal([]);
  });

  it("name a comparison whose rounds differ so much that the mean has an error of more than 10 %", () => {
    const isSlowRound = (round: number) => Math.floor(round / 2) % 2 === 1;
    const found = doubtsOf(({ round, cpu, contender, workload }) => {
      const isSlow = contender === names.own && workload === "byId" && isSlowRound(round);
      return { cpu: isSlow ? 1.6 * cpu : cpu };
    });
    expect(found).to.deep.equal([
      "reads by id, 64 clients: requests per CPU second (≥ 0.9 × node:http + driver): 7.91 × ± 12 %: the error is 12.3 % (limit 10.0 %).",
      "reads by id, 64 clients: requests per CPU second (≥ 1.4 × Koa + Mongoose): 7.91 × ± 12 %: the error is 12.3 % (limit 10.0 %).",
    ]);
  });

  it("name failed requests, and comparisons without a measurement", () => {
    const failed = doubtsOf(({ contender, workload, clients, round }) => {
      return {
        failed: contender === names.koa && workload === "mix" && clients === 64 && round === 0 ? 3 : 0,
      };
    });
    expect(failed).to.deep.equal(["Koa + Mongoose, mix, 64 clients: 3 requests failed."]);
    expect(doubts(judgeBench([], fakeStarts()), [])).to.have.length(12);
  });
});
