import { Session, type HeapProfiler } from "node:inspector/promises";
import { groupReads } from "../../store/group-read.ts";

// Prints the average bytes of a read that outlive collections of new objects, but not a full garbage collection.

const clients = 64;
const readsOfClient = 1000;

const readKey = groupReads({
  maxCount: 64,
  maxReads: 4,
  maxWaitMs: 10_000,
  timeoutError: () => new Error("too late"),
  async read(keys) {
    await new Promise((resolve) => setImmediate(resolve));
    return new Map(keys.map((key) => [key, { key, text: `${key} ${Math.random()}`, tags: [Math.random()] }]));
  },
});

async function readMany(client: number, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await readKey(`${client} ${i}`);
}

async function load(count: number): Promise<void> {
  await Promise.all(Array.from({ length: clients }, (_, client) => readMany(client, count)));
}

function sizeOf({ selfSize, children }: HeapProfiler.SamplingHeapProfileNode): number {
  return children.reduce((sum, child) => sum + sizeOf(child), selfSize);
}

await load(readsOfClient / 2);
const session = new Session();
session.connect();
await session.post("HeapProfiler.startSampling", {
  samplingInterval: 1024,
  includeObjectsCollectedByMajorGC: true,
  includeObjectsCollectedByMinorGC: false,
});
await load(readsOfClient);
const { profile } = await session.post("HeapProfiler.stopSampling");
console.log(sizeOf(profile.head) / (clients * readsOfClient));
