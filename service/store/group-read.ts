/** Options of {@link groupReads}. */
export interface GroupReadOptions<Result> {
  /** Reads these keys together. A key without a result is not in the map. Must settle in limited time. */
  readonly read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Result>>;
  /** Maximum number of keys in a read, which limits the read's memory. */
  readonly maxCount: number;
  /** Maximum number of concurrent reads. */
  readonly maxReads: number;
  /** Maximum wait of a key, in milliseconds. A key that waits longer is rejected. */
  readonly maxWaitMs: number;
  /** Creates the error of a key that waited too long. */
  readonly timeoutError: () => unknown;
  /** Called with the number of requests that share each read. */
  readonly onRead?: (requestCount: number) => void;
  /** Calls a function after the requests that arrive at the same time. @default setImmediate */
  readonly defer?: (start: () => void) => void;
}

/** A key that waits for a read to end, and the requests for this key. */
interface Waiting<Result> {
  readonly key: string;
  readonly queuedAt: number;
  readonly result: Promise<Result | undefined>;
  readonly resolve: (result: Result | undefined) => void;
  readonly reject: (reason: unknown) => void;
  requests: number;
}

/**
 * Reads different keys together. Keys that arrive in the same turn of the event loop share a read. While `maxReads` reads
 * run, all further keys share the next read. A request joins only a read that has not started, so no result is older than
 * its request. No timer delays a request.
 */
export function groupReads<Result>(
  options: GroupReadOptions<Result>,
): (key: string) => Promise<Result | undefined> {
  const { read, maxCount, maxReads, maxWaitMs, timeoutError } = options;
  const { onRead = () => undefined, defer = setImmediate } = options;
  const waiting = new Map<string, Waiting<Result>>();
  const keysInFlight = new Set<string>();
  let reads = 0;
  let isStarting = false;

  function nextGroup(): Waiting<Result>[] {
    const group: Waiting<Result>[] = [];
    const earliest = performance.now() - maxWaitMs;
    for (const entry of waiting.values()) {
      if (group.length >= maxCount) break;
      waiting.delete(entry.key);
      if (entry.queuedAt < earliest) entry.reject(timeoutError());
      else group.push(entry);
    }
    return group;
  }

  async function readAll(): Promise<void> {
    reads++;
    for (let group = nextGroup(); group.length > 0; group = nextGroup()) {
      onRead(group.reduce((sum, { requests }) => sum + requests, 0));
      for (const { key } of group) keysInFlight.add(key);
      await settle(group, read);
      for (const { key } of group) keysInFlight.delete(key);
    }
    reads--;
  }

  /** Other requests that have arrived by now can join the read. */
  function startSoon(): void {
    if (isStarting) return;
    isStarting = true;
    defer(() => {
      isStarting = false;
      // One read may be too small for all keys. Each call takes its keys at once.
      while (reads < maxReads && waiting.size > 0) void readAll();
    });
  }

  return function readKey(key) {
    let entry = waiting.get(key);
    if (entry !== undefined) {
      entry.requests++;
      return entry.result;
    }
    const { promise: result, resolve, reject } = Promise.withResolvers<Result | undefined>();
    entry = { key, queuedAt: performance.now(), requests: 1, result, resolve, reject };
    waiting.set(key, entry);
    // A key that is being read waits for that read, so that a popular key does not take all reads.
    if (reads < maxReads && !keysInFlight.has(key)) startSoon();
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
