import { expect } from "chai";
import { groupCommit } from "../../store/group-commit.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { atOnce, pending, flushPromises } from "../support/pending-operations.ts";

type Errors = ReadonlyMap<number, unknown>;

const stored: Errors = new Map();
const limits = {
  maxCount: 3,
  maxBytes: 100,
  maxWaitMs: 10_000,
  timeoutError: () => new Error("too late"),
  defer: atOnce,
};

function setUp(over: Partial<typeof limits> = {}) {
  const writes = pending<readonly number[], Errors>();
  // The size of an item is its value.
  const commit = groupCommit<number>({ write: writes.begin, sizeOf: (item) => item, ...limits, ...over });
  return { writes, commit: (item: number) => commit(item).then(() => item, asError) };
}

const asError = (error: unknown) => error as Error;

describe("groupCommit", () => {
  it("writes an item at once if no write runs", () => {
    const { writes, commit } = setUp();
    void commit(1);
    expect(writes.begun).to.deep.equal([[1]]);
  });

  it("writes items that arrive at the same time together", async () => {
    const { writes, commit } = setUp({ defer: setImmediate });
    for (const item of [1, 2]) void commit(item);
    expect(writes.begun).to.deep.equal([]);
    await flushPromises();
    expect(writes.begun).to.deep.equal([[1, 2]]);
  });

  it("writes items that arrive meanwhile together, in order", async () => {
    const { writes, commit } = setUp();
    const all = [1, 2, 3].map(commit);
    await flushPromises();
    expect(writes.begun).to.deep.equal([[1]]);
    writes.open[0]?.resolve(stored);
    await flushPromises();
    expect(writes.begun).to.deep.equal([[1], [2, 3]]);
    writes.open[1]?.resolve(stored);
    expect(await Promise.all(all)).to.deep.equal([1, 2, 3]);
  });

  it("calls onGroup with the number of items", async () => {
    const counts: number[] = [];
    const writes = pending<readonly number[], Errors>();
    const onGroup = (itemCount: number) => counts.push(itemCount);
    const commit = groupCommit<number>({ write: writes.begin, sizeOf: (item) => item, ...limits, onGroup });
    const all = [1, 2, 3].map(commit);
    writes.open[0]?.resolve(stored);
    await flushPromises();
    writes.open[1]?.resolve(stored);
    await Promise.all(all);
    expect(counts).to.deep.equal([1, 2]);
  });

  for (const [what, items, groups] of [
    ["count", [1, 2, 3, 4, 5], [[1], [2, 3, 4], [5]]],
    ["bytes", [1, 60, 40, 1], [[1], [60, 40], [1]]],
    ["bytes, if one item alone is too large", [1, 500, 40], [[1], [500], [40]]],
  ] as const) {
    it(`limits a group in ${what}`, async () => {
      const { writes, commit } = setUp();
      const all = items.map(commit);
      for (let i = 0; i < groups.length; i++) {
        writes.open[i]?.resolve(stored);
        await flushPromises();
      }
      expect(writes.begun).to.deep.equal(groups);
      expect(await Promise.all(all)).to.deep.equal(items);
    });
  }

  it("rejects only the item that was rejected", async () => {
    const { writes, commit } = setUp();
    const all = [1, 2, 3, 4].map(commit);
    writes.open[0]?.resolve(stored);
    await flushPromises();
    const rejected = new Error("rejected");
    writes.open[1]?.resolve(new Map([[1, rejected]]));
    expect(await Promise.all(all)).to.deep.equal([1, 2, rejected, 4]);
  });

  it("rejects only the callers of the group that failed", async () => {
    const { writes, commit } = setUp();
    const all = [1, 2, 3, 4, 5].map(commit);
    writes.open[0]?.resolve(stored);
    await flushPromises();
    const unavailable = new Error("unavailable");
    writes.open[1]?.reject(unavailable);
    await flushPromises();
    writes.open[2]?.resolve(stored);
    expect(await Promise.all(all)).to.deep.equal([1, unavailable, unavailable, unavailable, 5]);
  });

  it("rejects only an item without a size", async () => {
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

  it("does not write an item that has waited too long", async () => {
    const { writes, commit } = setUp({ maxWaitMs: 20 });
    const all = [1, 2].map(commit);
    await new Promise((resolve) => setTimeout(resolve, 40));
    const fresh = commit(3);
    writes.open[0]?.resolve(stored);
    await flushPromises();
    expect(writes.begun).to.deep.equal([[1], [3]]);
    expect(await all[1])
      .to.be.an("error")
      .with.property("message", "too late");
    writes.open[1]?.resolve(stored);
    expect(await fresh).to.equal(3);
  });

  it("returns each caller its own result, in order, one group at a time, in 5,000 interleavings", async () => {
    for (let seed = 0; seed < 5000; seed++) await interleave(seed);
  });
});

/** Six clients write, sometimes without waiting. Some items are rejected, and some groups fail completely. */
async function interleave(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const writes = pending<readonly number[], Errors>();
  const commit = groupCommit<number>({ write: writes.begin, sizeOf: () => 1, ...limits });
  const kept: number[] = [];
  const expected = new Map<number, unknown>();
  const run = { ended: false };

  async function client(name: number): Promise<void> {
    const answers: Promise<void>[] = [];
    for (let i = 0; i < 4; i++) {
      const item = name * 100 + i;
      const answer = commit(item)
        .catch(asError)
        .then((result) => {
          expect(expected.has(item), `seed ${seed}: ${item}`).to.equal(true);
          expect(result, `seed ${seed}: ${item}`).to.equal(expected.get(item));
        });
      answers.push(answer);
      if (random() < 0.5) await answer;
    }
    await Promise.all(answers);
  }
  function endOne(): void {
    expect(writes.open.length, `seed ${seed}`).to.be.at.most(1);
    const write = writes.open.pop();
    if (write === undefined) return;
    expect(write.input.length).to.be.within(1, limits.maxCount);
    const unavailable = random() < 0.1 ? new Error("unavailable") : undefined;
    const errors = new Map<number, unknown>();
    write.input.forEach((item, i) => {
      if (unavailable === undefined && random() < 0.2) errors.set(i, new Error(`rejected ${item}`));
      expected.set(item, unavailable ?? errors.get(i));
      if (expected.get(item) === undefined) kept.push(item);
    });
    if (unavailable === undefined) write.resolve(errors);
    else write.reject(unavailable);
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
