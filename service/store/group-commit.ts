/** Options of {@link groupCommit}. */
export interface GroupCommitOptions<Item> {
  /**
   * Writes a group. Resolves to the errors of the items that were not written, by index. Rejects if all callers of the
   * group get the same error. Must settle in limited time, because later groups wait.
   */
  readonly write: (items: readonly Item[]) => Promise<ReadonlyMap<number, unknown>>;
  /** Bytes of an item. */
  readonly sizeOf: (item: Item) => number;
  /** Maximum number of items in a group. */
  readonly maxCount: number;
  /** Maximum bytes of a group. A larger item is written alone. */
  readonly maxBytes: number;
  /** Maximum wait of an item, in milliseconds. An item that waits longer is rejected. */
  readonly maxWaitMs: number;
  /** Creates the error of an item that waited too long. */
  readonly timeoutError: () => unknown;
  /** Called with the number of items in each group. */
  readonly onGroup?: (itemCount: number) => void;
  /** Calls a function after the items that arrive at the same time. @default setImmediate */
  readonly defer?: (start: () => void) => void;
}

/** An item that waits for the current write to end. */
interface Waiting<Item> {
  readonly item: Item;
  readonly bytes: number;
  readonly queuedAt: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Writes items in groups, in order of arrival. At most one write runs. Items that arrive meanwhile form the next group.
 * If no write runs, the items that arrive in the same turn of the event loop form a group. No timer delays an item. Each
 * caller gets the result of its own item.
 */
export function groupCommit<Item>(options: GroupCommitOptions<Item>): (item: Item) => Promise<void> {
  const { write, sizeOf, maxWaitMs, timeoutError } = options;
  const { onGroup = () => undefined, defer = setImmediate } = options;
  let queue: Waiting<Item>[] = [];
  let writing = false;

  async function writeAll(): Promise<void> {
    while (queue.length > 0) {
      const size = groupSize(queue, options);
      const group = queue.slice(0, size);
      queue = queue.slice(size);
      onGroup(size);
      await settle(group, write);
      queue = rejectExpired(queue, performance.now() - maxWaitMs, timeoutError);
    }
    writing = false;
  }

  return function commit(item) {
    return new Promise((resolve, reject) => {
      queue.push({ item, bytes: sizeOf(item), queuedAt: performance.now(), resolve, reject });
      if (writing) return;
      writing = true;
      defer(() => void writeAll());
    });
  };
}

/** Number of items at the start of the queue that form a group. */
function groupSize<Item>(queue: readonly Waiting<Item>[], limits: GroupCommitOptions<Item>): number {
  let bytes = 0;
  const end = queue.findIndex((waiting, i) => {
    bytes += waiting.bytes;
    return i > 0 && (i >= limits.maxCount || bytes > limits.maxBytes);
  });
  return end === -1 ? queue.length : end;
}

/** Writes a group, and settles the promise of each caller. Never rejects. */
async function settle<Item>(
  group: readonly Waiting<Item>[],
  write: GroupCommitOptions<Item>["write"],
): Promise<void> {
  try {
    const errors = await write(group.map(({ item }) => item));
    group.forEach(({ resolve, reject }, i) => {
      if (errors.has(i)) reject(errors.get(i));
      else resolve();
    });
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}

/** Rejects and removes items that were queued before `oldestAllowed`, which are at the start of the queue. */
function rejectExpired<Item>(
  queue: Waiting<Item>[],
  oldestAllowed: number,
  timeoutError: () => unknown,
): Waiting<Item>[] {
  const first = queue.findIndex(({ queuedAt }) => queuedAt >= oldestAllowed);
  const expired = first === -1 ? queue : queue.slice(0, first);
  if (expired.length === 0) return queue;
  for (const { reject } of expired) reject(timeoutError());
  return queue.slice(expired.length);
}
