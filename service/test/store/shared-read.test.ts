import { expect } from "chai";
import { shareReads } from "../../store/shared-read.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { pending, flushPromises } from "../support/pending-operations.ts";

function setUp() {
  const reads = pending<string, number>();
  return { reads, read: shareReads(reads.begin, (key) => key) };
}

describe("shareReads", () => {
  it("starts the first read at once", () => {
    const { reads, read } = setUp();
    void read("a");
    expect(reads.begun).to.deep.equal(["a"]);
  });

  it("shares the next read among requests that arrive while one runs, and never the running read", async () => {
    const { reads, read } = setUp();
    const first = read("a");
    const later = [read("a"), read("a"), read("a")];
    await flushPromises();
    expect(reads.begun).to.have.length(1);
    reads.open[0]?.resolve(1);
    expect(await first).to.equal(1);
    await flushPromises();
    expect(reads.begun).to.have.length(2);
    const latest = read("a");
    reads.open[1]?.resolve(2);
    expect(await Promise.all(later)).to.deep.equal([2, 2, 2]);
    await flushPromises();
    reads.open[2]?.resolve(3);
    expect(await latest).to.equal(3);
  });

  it("calls onRead with the number of requests", async () => {
    const counts: number[] = [];
    const reads = pending<string, number>();
    const read = shareReads(
      reads.begin,
      (key) => key,
      (requestCount) => counts.push(requestCount),
    );
    const all = [read("a"), read("a"), read("a"), read("b")];
    reads.open[0]?.resolve(1);
    reads.open[1]?.resolve(1);
    await flushPromises();
    reads.open[2]?.resolve(1);
    await Promise.all(all);
    expect(counts).to.deep.equal([1, 1, 2]);
  });

  it("runs one read at a time for a client that reads again before waiting requests resolve", async () => {
    const { reads, read } = setUp();
    const first = read("a");
    const again = first.then(() => read("a"));
    const waiting = read("a");
    reads.open[0]?.resolve(1);
    await flushPromises();
    expect(reads.begun).to.have.length(2);
    reads.open[1]?.resolve(2);
    expect(await Promise.all([again, waiting])).to.deep.equal([2, 2]);
  });

  it("keeps different reads apart", () => {
    const { reads, read } = setUp();
    void read("a");
    void read("b");
    expect(reads.begun).to.deep.equal(["a", "b"]);
  });

  it("starts a new read if no read runs", async () => {
    const { reads, read } = setUp();
    const first = read("a");
    reads.open[0]?.resolve(1);
    await first;
    void read("a");
    expect(reads.begun).to.have.length(2);
  });

  it("rejects only the requests that share the read that failed, and continues", async () => {
    const { reads, read } = setUp();
    const first = read("a").catch((error: unknown) => error);
    const next = [read("a"), read("a")].map((result) => result.catch((error: unknown) => error));
    const [one, two] = [new Error("1"), new Error("2")];
    reads.open[0]?.reject(one);
    expect(await first).to.equal(one);
    await flushPromises();
    reads.open[1]?.reject(two);
    expect(await Promise.all(next)).to.deep.equal([two, two]);
    const after = read("a");
    reads.open[2]?.resolve(3);
    expect(await after).to.equal(3);
  });

  it("shows every client its own acknowledged write, in 5,000 interleavings", async () => {
    for (let seed = 0; seed < 5000; seed++) await readOwnWrites(seed);
  });
});

/** Six clients write and read alternately. A read sees the data of one moment while it runs. */
async function readOwnWrites(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const stored = new Set<string>();
  const waiting: (() => void)[] = [];
  const moment = () => new Promise<void>((resolve) => waiting.push(resolve));
  let running = 0;

  const read = shareReads(
    async () => {
      running++;
      if (random() < 0.5) await moment();
      const seen = new Set(stored);
      await moment();
      running--;
      if (random() < 0.1) throw new Error("unavailable");
      return seen;
    },
    () => "all",
  );
  async function client(name: number): Promise<void> {
    for (let i = 0; i < 4; i++) {
      const own = `${name}/${i}`;
      await moment();
      stored.add(own);
      if (random() < 0.5) await moment();
      const seen = await read("").catch(() => stored);
      expect(running, `seed ${seed}`).to.be.at.most(1);
      expect(seen.has(own), `seed ${seed}: ${own}`).to.equal(true);
    }
  }

  const run = { ended: false };
  const clients = Promise.all(Array.from({ length: 6 }, (_, i) => client(i))).finally(
    () => (run.ended = true),
  );
  while (!run.ended) {
    const [next] = waiting.splice(Math.floor(random() * waiting.length), 1);
    next?.();
    // A moment starts a chain of promises. A random number of these promises runs before the next moment.
    for (let i = Math.floor(random() * 8); i >= 0; i--) await Promise.resolve();
  }
  await clients;
}
