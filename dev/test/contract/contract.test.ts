import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { findSchemathesis } from "../../contract/schemathesis-program.ts";
import { repeatUntil } from "../../contract/repeat-until.ts";
import { problemsOf, parseReport, summary, type Report } from "../../contract/contract-report.ts";

const good: Report = {
  complete: true,
  seed: "7",
  running_time: 61.4,
  operations: { selected: 9, tested: 9 },
  test_cases: { generated: 12_000, errored: 0 },
  failures: [],
  errors: [],
};

describe("schemathesis' report", () => {
  it("is good without a failure", () => {
    expect(problemsOf(good)).to.deep.equal([]);
    expect(summary(good)).to.equal(
      "schemathesis: 12000 requests to 9 operations, 0 contract violations, 61 s, seed 7",
    );
  });

  it("keeps every digit of the seed", () => {
    const seed = "183218326452275664713977630608357088468";
    expect(parseReport(`{"seed":${seed},"complete":true}`)).to.deep.equal({ seed, complete: true });
  });

  const bad: [Partial<Report>, string][] = [
    [{ complete: false }, "the run did not complete"],
    [{ operations: { selected: 9, tested: 7 } }, "2 untested operations"],
    [{ failures: [{}] }, "1 contract violations"],
    [{ errors: [{}], test_cases: { generated: 12_000, errored: 1 } }, "2 errors"],
  ];
  for (const [change, problem] of bad) {
    it(`is bad when ${problem}`, () => {
      expect(problemsOf({ ...good, ...change })).to.deep.equal([problem]);
    });
  }
});

describe("repeatUntil", () => {
  const runs = (...counts: number[]) => {
    const left = [...counts];
    return { left, run: () => Promise.resolve(left.shift() ?? 0) };
  };

  it("repeats until there are enough requests, and then stops", async () => {
    const { left, run } = runs(6000, 4000, 5000);
    expect(await repeatUntil(10_000, 4, run)).to.equal(10_000);
    expect(left).to.deep.equal([5000]);
  });

  it("stops after the last run if there are too few requests", async () => {
    const { left, run } = runs(5000, 4999, 5000);
    const error = await repeatUntil(10_000, 2, run).catch(String);
    expect(error).to.include("schemathesis sent 9999 requests, fewer than 10000");
    expect(left).to.deep.equal([5000]);
  });
});

describe("findSchemathesis", () => {
  it("names the missing program if there is no Python", async () => {
    const cache = await mkdtemp(join(tmpdir(), "koa-mongo-stack-"));
    try {
      const error = await findSchemathesis(cache, "no-such-python").catch(
        (reason: unknown) => reason as Error,
      );
      expect(error)
        .to.be.instanceOf(Error)
        .with.property("message")
        .that.includes("install Python 3.10 or newer");
    } finally {
      await rm(cache, { recursive: true, force: true });
    }
  });
});
