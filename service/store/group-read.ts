/** What a group read works with. */
export interface GroupReadOptions<Result> {
  /** Reads these keys together; a key that has nothing is not in the map. It settles in bounded time. */
  readonly read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Result>>;
  /** Keys of one read at most: this limits the memory that it takes. */
  readonly maxCount: number;
  /** Reads under way at most. */
  readonly maxReads: number;
  /** Milliseconds after which a key that still waits is not read any more. */
  readonly maxWait: number;
  /** The error of such a key. */
  readonly tooLate: () => unknown;
  /** Told of each read how many requests share it. */
  readonly onRead?: (sharing: number) => void;
}

/** A key that waits for a read to end, and the requests that want it. */
interface Waiting<Result> {
  readonly key: string;
  readonly since: number;
  readonly result: Promise<Result | undefined>;
  readonly resolve: (result: Result | undefined) => void;
  readonly reject: (reason: unknown) => void;
  requests: number;
}

/**
 * Lets reads of different keys share: while `maxReads` are under way, the keys that come go together in the next. A
 * request joins only a read that has not started, so no result is older than its request. A request that finds a free
 * read is not delayed.
 */
export function groupReads<Result>(
  options: GroupReadOptions<Result>,
): (key: string) => Promise<Result | undefined> {
  const { read, maxCount, maxReads, maxWait, tooLate, onRead = () => undefined } = options;
  const waiting = new Map<string, Waiting<Result>>();
  const underWay = new Set<string>();
  let reads = 0;

  function nextGroup(): Waiting<Result>[] {
    const group: Waiting<Result>[] = [];
    const earliest = performance.now() - maxWait;
    for (const entry of waiting.values()) {
      if (group.length >= maxCount) break;
      waiting.delete(entry.key);
      if (entry.since < earliest) entry.reject(tooLate());
      else group.push(entry);
    }
    return group;
  }

  async function readAll(): Promise<void> {
    reads++;
    for (let group = nextGroup(); group.length > 0; group = nextGroup()) {
      onRead(group.reduce((sum, { requests }) => sum + requests, 0));
      for (const { key } of group) underWay.add(key);
      await settle(group, read);
      for (const { key } of group) underWay.delete(key);
    }
    reads--;
  }

  return function readKey(key) {
    let entry = waiting.get(key);
    if (entry !== undefined) {
      entry.requests++;
      return entry.result;
    }
    const { promise: result, resolve, reject } = Promise.withResolvers<Result | undefined>();
    entry = { key, since: performance.now(), requests: 1, result, resolve, reject };
    waiting.set(key, entry);
    // A key that everybody wants is read once more, and not by each free read.
    if (reads < maxReads && !underWay.has(key)) void readAll();
    return entry.result;
  };
}

/** Reads a group, and settles the promise of each key. Never rejects. */
async function settle<Result>(
  group: readonly Waiting<Result>[],
  read: GroupReadOptions<Result>["read"],
): Promise<void> {
  try {
    const results = await read(group.map(({ key }) => key));
    for (const { key, resolve } of group) resolve(results.get(key));
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}
