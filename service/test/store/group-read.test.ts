import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { groupReads, type GroupReadOptions } from "../../store/group-read.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { atOnce, pending, flushPromises } from "../support/pending-operations.ts";

type Results = ReadonlyMap<string, number>;

function setUp(over: Partial<GroupReadOptions<number>> = {}) {
  const reads = pending<readonly string[], Results>();
  const read = groupReads<number>({
    read: reads.begin,
    maxCount: 3,
    maxReads: 2,
    maxWaitMs: 10_000,
    timeoutError: () => new Error("too late"),
    defer: atOnce,
    ...over,
  });
  /** Ends the oldest open read. The result of a key is the length of the key. */
  const end = async (keys = reads.open[0]?.input ?? []) => {
    reads.open.shift()?.resolve(new Map(keys.map((key) => [key, key.length])));
    await flushPromises();
  };
  return { reads, read, end };
}

describe("groupReads", () => {
  it("starts a read at once while fewer than maxReads run", () => {
    const { reads, read } = setUp();
    void read("a");
    void read("bb");
    expect(reads.begun).to.deep.equal([["a"], ["bb"]]);
  });

  it("reads keys that arrive at the same time together", async () => {
    const { reads, read } = setUp({ defer: setImmediate });
    void read("a");
    void read("bb");
    expect(reads.begun).to.deep.equal([]);
    await flushPromises();
    expect(reads.begun).to.deep.equal([["a", "bb"]]);
  });

  it("starts several reads for more keys than one read may have", async () => {
    const { reads, read } = setUp({ defer: setImmediate });
    for (const key of ["a", "b", "c", "d", "e", "f", "g"]) void read(key);
    await flushPromises();
    expect(reads.begun).to.deep.equal([
      ["a", "b", "c"],
      ["d", "e", "f"],
    ]);
  });

  it("reads keys that arrive meanwhile together, in order", async () => {
    const { reads, read, end } = setUp();
    const all = ["a", "bb", "ccc", "dddd"].map(read);
    expect(reads.begun).to.have.length(2);
    await end();
    expect(reads.begun.at(-1)).to.deep.equal(["ccc", "dddd"]);
    await end();
    await end();
    expect(await Promise.all(all)).to.deep.equal([1, 2, 3, 4]);
  });

  it("limits the keys of a read", async () => {
    const { reads, read, end } = setUp({ maxReads: 1 });
    const all = ["a", "b", "c", "d", "e"].map(read);
    await end();
    expect(reads.begun).to.deep.equal([["a"], ["b", "c", "d"]]);
    await end();
    await end();
    expect(await Promise.all(all)).to.deep.equal([1, 1, 1, 1, 1]);
  });

  it("lets a key wait while any read of the key runs", async () => {
    const { reads, read, end } = setUp({ maxReads: 3 });
    for (const key of ["a", "a", "b"]) void read(key);
    expect(reads.begun).to.deep.equal([["a"], ["a", "b"]]);
    await end();
    void read("a");
    expect(reads.begun).to.have.length(2);
  });

  it("returns undefined for a key that the read did not find", async () => {
    const { read, end } = setUp();
    const result = read("a");
    await end([]);
    expect(await result).to.equal(undefined);
  });

  it("shares the read of a key among waiting requests, and never with later requests", async () => {
    const { reads, read, end } = setUp();
    const first = read("a");
    const later = [read("a"), read("a")];
    expect(reads.begun).to.deep.equal([["a"]]);
    await end();
    expect(await first).to.equal(1);
    expect(reads.begun).to.deep.equal([["a"], ["a"]]);
    const latest = read("a");
    await end();
    expect(await Promise.all(later)).to.deep.equal([1, 1]);
    expect(reads.begun).to.have.length(3);
    await end();
    expect(await latest).to.equal(1);
  });

  it("rejects only the keys of the read that failed, and continues", async () => {
    const { reads, read, end } = setUp({ maxReads: 1 });
    const failed = read("a").catch((error: unknown) => error);
    const next = read("b");
    const error = new Error("unavailable");
    reads.open.shift()?.reject(error);
    expect(await failed).to.equal(error);
    await flushPromises();
    await end();
    expect(await next).to.equal(1);
  });

  it("does not read a key that has waited too long", async () => {
    const { reads, read, end } = setUp({ maxReads: 1, maxWaitMs: -1 });
    const all = [read("a"), read("b")].map((result) => result.catch((error: unknown) => error));
    for (const error of await Promise.all(all)) expect(error).to.include({ message: "too late" });
    expect(reads.begun).to.deep.equal([]);
    await end();
  });

  it("calls onRead with the number of requests", async () => {
    const counts: number[] = [];
    const { read, end } = setUp({ maxReads: 1, onRead: (requestCount) => counts.push(requestCount) });
    const all = ["a", "b", "b", "c"].map(read);
    await end();
    await end();
    await Promise.all(all);
    expect(counts).to.deep.equal([1, 3]);
  });

  it("leaves hardly any objects that only a full garbage collection frees", async () => {
    const program = join(import.meta.dirname, "../support/bytes-left-by-reads.ts");
    // A small space for new objects is collected often. A map that is used again leaves 550 bytes of each read.
    const args = ["--max-semi-space-size=4", program];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    // Zero bytes would mean that nothing was measured.
    expect(Number(stdout)).to.be.within(1, 300);
  });

  it("shows every client its own acknowledged write, in 1,000 interleavings", async () => {
    for (let seed = 0; seed < 1000; seed++) await readOwnWrites(seed);
  });
});

/** Clients write and read two keys alternately. A read sees the data of one moment while it runs. */
async function readOwnWrites(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const stored = new Map<string, number>();
  const waiting: (() => void)[] = [];
  const moment = () => new Promise<void>((resolve) => waiting.push(resolve));
  let running = 0;
  const read = groupReads<number>({
    maxCount: 2,
    maxReads: 2,
    maxWaitMs: 10_000,
    timeoutError: () => new Error("too late"),
    defer: (start) => waiting.push(start),
    async read(keys) {
      expect(++running, `seed ${seed}`).to.be.at.most(2);
      if (random() < 0.5) await moment();
      const seen = new Map(keys.flatMap((key) => (stored.has(key) ? [[key, stored.get(key) ?? 0]] : [])));
      await moment();
      running--;
      return seen;
    },
  });
  async function client(name: number): Promise<void> {
    for (let i = 0; i < 4; i++) {
      const key = String((name + i) % 3);
      await moment();
      const version = (stored.get(key) ?? 0) + 1;
      stored.set(key, version);
      if (random() < 0.5) await moment();
      expect(await read(key), `seed ${seed}`).to.be.at.least(version);
    }
  }
  const run = { ended: false };
  const clients = Promise.all([0, 1, 2, 3, 4].map(client)).finally(() => (run.ended = true));
  while (!run.ended) {
    const [next] = waiting.splice(Math.floor(random() * waiting.length), 1);
    next?.();
    for (let i = Math.floor(random() * 8); i >= 0; i--) await Promise.resolve();
  }
  await clients;
}
