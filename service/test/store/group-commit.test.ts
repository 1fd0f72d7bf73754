import { expect } from "chai";
import { groupCommit } from "../../store/group-commit.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { pending, turn } from "../support/pending-operations.ts";

type Faults = ReadonlyMap<number, unknown>;

const stored: Faults = new Map();
const limits = { maxCount: 3, maxBytes: 100, maxWait: 10_000, tooLate: () => new Error("too late") };

function setUp(over: Partial<typeof limits> = {}) {
  const writes = pending<readonly number[], Faults>();
  // The size of an item is its value.
  const commit = groupCommit<number>({ write: writes.begin, sizeOf: (item) => item, ...limits, ...over });
  return { writes, commit: (item: number) => commit(item).then(() => item, asError) };
}

const asError = (error: unknown) => error as Error;

describe("groupCommit", () => {
  it("writes at once what comes while nothing is under way", () => {
    const { writes, commit } = setUp();
    void commit(1);
    expect(writes.begun).to.deep.equal([[1]]);
  });

  it("writes together, in their order, what comes meanwhile", async () => {
    const { writes, commit } = setUp();
    const all = [1, 2, 3].map(commit);
    await turn();
    expect(writes.begun).to.deep.equal([[1]]);
    writes.open[0]?.resolve(stored);
    await turn();
    expect(writes.begun).to.deep.equal([[1], [2, 3]]);
    writes.open[1]?.resolve(stored);
    expect(await Promise.all(all)).to.deep.equal([1, 2, 3]);
  });

  it("tells of each group how many share it", async () => {
    const told: number[] = [];
    const writes = pending<readonly number[], Faults>();
    const onGroup = (sharing: number) => told.push(sharing);
    const commit = groupCommit<number>({ write: writes.begin, sizeOf: (item) => item, ...limits, onGroup });
    const all = [1, 2, 3].map(commit);
    writes.open[0]?.resolve(stored);
    await turn();
    writes.open[1]?.resolve(stored);
    await Promise.all(all);
    expect(told).to.deep.equal([1, 2]);
  });

  for (const [what, items, groups] of [
    ["count", [1, 2, 3, 4, 5], [[1], [2, 3, 4], [5]]],
    ["bytes", [1, 60, 40, 1], [[1], [60, 40], [1]]],
    ["bytes, where one alone is too large", [1, 500, 40], [[1], [500], [40]]],
  ] as const) {
    it(`limits a group in ${what}`, async () => {
      const { writes, commit } = setUp();
      const all = items.map(commit);
      for (let i = 0; i < groups.length; i++) {
        writes.open[i]?.resolve(stored);
        await turn();
      }
      expect(writes.begun).to.deep.equal(groups);
      expect(await Promise.all(all)).to.deep.equal(items);
    });
  }

  it("fails alone what was refused alone", async () => {
    const { writes, commit } = setUp();
    const all = [1, 2, 3, 4].map(commit);
    writes.open[0]?.resolve(stored);
    await turn();
    const refused = new Error("refused");
    writes.open[1]?.resolve(new Map([[1, refused]]));
    expect(await Promise.all(all)).to.deep.equal([1, 2, refused, 4]);
  });

  it("gives an error to the callers of its group, and to nobody else", async () => {
    const { writes, commit } = setUp();
    const all = [1, 2, 3, 4, 5].map(commit);
    writes.open[0]?.resolve(stored);
    await turn();
    const away = new Error("away");
    writes.open[1]?.reject(away);
    await turn();
    writes.open[2]?.resolve(stored);
    expect(await Promise.all(all)).to.deep.equal([1, away, away, away, 5]);
  });

  it("fails alone an item that has no size", async () => {
    const unmeasurable = new Error("cyclic");
    const commit = groupCommit<number>({
      ...limits,
      write: () => Promise.resolve(stored),
      sizeOf(item) {
        if (item === 2) throw unmeasurable;
        return item;
      },
    });
    const all = [1, 2, 3].map((item) => commit(item).then(() => item, asError));
    expect(await Promise.all(all)).to.deep.equal([1, unmeasurable, 3]);
  });

  it("does not write what has waited too long", async () => {
    const { writes, commit } = setUp({ maxWait: 20 });
    const all = [1, 2].map(commit);
    await new Promise((resolve) => setTimeout(resolve, 40));
    const fresh = commit(3);
    writes.open[0]?.resolve(stored);
    await turn();
    expect(writes.begun).to.deep.equal([[1], [3]]);
    expect(await all[1])
      .to.be.an("error")
      .with.property("message", "too late");
    writes.open[1]?.resolve(stored);
    expect(await fresh).to.equal(3);
  });

  it("gives each caller his own result, in order and one group at a time, in 5,000 interleavings", async () => {
    for (let seed = 0; seed < 5000; seed++) await interleave(seed);
  });
});

/** Six clients write, sometimes without waiting. Some items are rejected, and some groups fail completely. */
async function interleave(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const writes = pending<readonly number[], Faults>();
  const commit = groupCommit<number>({ write: writes.begin, sizeOf: () => 1, ...limits });
  const kept: number[] = [];
  const outcome = new Map<number, unknown>();
  const run = { ended: false };

  async function client(name: number): Promise<void> {
    const asked: Promise<void>[] = [];
    for (let i = 0; i < 4; i++) {
      const item = name * 100 + i;
      const answer = commit(item)
        .catch(asError)
        .then((given) => {
          expect(outcome.has(item), `seed ${seed}: ${item}`).to.equal(true);
          expect(given, `seed ${seed}: ${item}`).to.equal(outcome.get(item));
        });
      asked.push(answer);
      if (random() < 0.5) await answer;
    }
    await Promise.all(asked);
  }
  function endOne(): void {
    expect(writes.open.length, `seed ${seed}`).to.be.at.most(1);
    const write = writes.open.pop();
    if (write === undefined) return;
    expect(write.input.length).to.be.within(1, limits.maxCount);
    const away = random() < 0.1 ? new Error("away") : undefined;
    const faults = new Map<number, unknown>();
    write.input.forEach((item, i) => {
      if (away === undefined && random() < 0.2) faults.set(i, new Error(`refused ${item}`));
      outcome.set(item, away ?? faults.get(i));
      if (outcome.get(item) === undefined) kept.push(item);
    });
    if (away === undefined) write.resolve(faults);
    else write.reject(away);
  }

  const clients = Promise.all(Array.from({ length: 6 }, (_, i) => client(i))).finally(
    () => (run.ended = true),
  );
  while (!run.ended) {
    if (random() < 0.6) endOne();
    for (let i = Math.floor(random() * 6); i >= 0; i--) await Promise.resolve();
  }
  await clients;
  for (let name = 0; name < 6; name++) {
    const own = kept.filter((item) => Math.floor(item / 100) === name);
    expect(own).to.deep.equal([...own].sort((a, b) => a - b));
  }
}
