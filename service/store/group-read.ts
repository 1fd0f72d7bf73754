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

/** The requests for a key, which wait for a read to end. */
interface Waiting<Result> {
  readonly queuedAt: number;
  readonly result: Promise<Result | undefined>;
  readonly resolve: (result: Result | undefined) => void;
  readonly reject: (reason: unknown) => void;
  requests: number;
}

/** Keys that are read together. */
type Group<Result> = ReadonlyMap<string, Waiting<Result>>;

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
  let waiting = new Map<string, Waiting<Result>>();
  // An array, because a set has the same tables as a map: see `nextGroup`.
  let running: readonly Group<Result>[] = [];
  let isStarting = false;

  /**
   * Takes the next keys, and leaves new maps. V8 often replaces the table of a map that gains and loses keys. It links
   * each former table to the next. A former table among the old objects would keep all later ones and their documents.
   * Only a full garbage collection would free them.
   */
  function nextGroup(): Group<Result> {
    const earliest = performance.now() - maxWaitMs;
    const group = new Map<string, Waiting<Result>>();
    const rest = new Map<string, Waiting<Result>>();
    for (const [key, entry] of waiting) {
      if (entry.queuedAt < earliest) entry.reject(timeoutError());
      else (group.size < maxCount ? group : rest).set(key, entry);
    }
    waiting = rest;
    return group;
  }

  async function readAll(): Promise<void> {
    for (let group = nextGroup(); group.size > 0; group = nextGroup()) {
      onRead([...group.values()].reduce((sum, { requests }) => sum + requests, 0));
      running = [...running, group];
      await settle(group, read);
      running = running.filter((each) => each !== group);
    }
  }

  /** Other requests that have arrived by now can join the read. */
  function startSoon(): void {
    if (isStarting) return;
    isStarting = true;
    defer(() => {
      isStarting = false;
      // One read may be too small for all keys. Each call takes its keys at once.
      while (running.length < maxReads && waiting.size > 0) void readAll();
    });
  }

  return function readKey(key) {
    let entry = waiting.get(key);
    if (entry !== undefined) {
      entry.requests++;
      return entry.result;
    }
    const { promise: result, resolve, reject } = Promise.withResolvers<Result | undefined>();
    entry = { queuedAt: performance.now(), requests: 1, result, resolve, reject };
    waiting.set(key, entry);
    // A key that is being read waits for that read, so that a popular key does not take all reads.
    if (running.length < maxReads && !running.some((group) => group.has(key))) startSoon();
    return entry.result;
  };
}

/** Reads a group, and settles the promise of each key. Never rejects. */
async function settle<Result>(group: Group<Result>, read: GroupReadOptions<Result>["read"]): Promise<void> {
  try {
    const results = await read([...group.keys()]);
    for (const [key, { resolve }] of group) resolve(results.get(key));
  } catch (error) {
    for (const { reject } of group.values()) reject(error);
  }
}
