/** What a group commit works with. */
export interface GroupCommitOptions<Item> {
  /**
   * Writes a group, and resolves to the items that were not written, by index, with their errors. It rejects when all
   * of the group's callers are to have the same error. It settles in bounded time: everybody else waits for it.
   */
  readonly write: (items: readonly Item[]) => Promise<ReadonlyMap<number, unknown>>;
  /** Bytes of an item. */
  readonly sizeOf: (item: Item) => number;
  /** Items of a group at most. */
  readonly maxCount: number;
  /** Bytes of a group at most; an item that is larger goes alone. */
  readonly maxBytes: number;
  /** Milliseconds after which an item that still waits is not written any more. */
  readonly maxWait: number;
  /** The error of such an item. */
  readonly tooLate: () => unknown;
  /** Told of each group how many share it. */
  readonly onGroup?: (sharing: number) => void;
}

/** An item that waits for the write under way. */
interface Waiting<Item> {
  readonly item: Item;
  readonly bytes: number;
  readonly since: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Lets writes share: at most one is under way, and the items that come meanwhile go together in the next, in the order
 * in which they came. An item that finds none under way is written at once: nothing waits on a timer. Each caller has
 * the result of his own item.
 */
export function groupCommit<Item>(options: GroupCommitOptions<Item>): (item: Item) => Promise<void> {
  const { write, sizeOf, maxWait, tooLate, onGroup = () => undefined } = options;
  let queue: Waiting<Item>[] = [];
  let writing = false;

  async function writeAll(): Promise<void> {
    writing = true;
    while (queue.length > 0) {
      const size = groupSize(queue, options);
      const group = queue.slice(0, size);
      queue = queue.slice(size);
      onGroup(size);
      await settle(group, write);
      queue = dropLate(queue, performance.now() - maxWait, tooLate);
    }
    writing = false;
  }

  return function commit(item) {
    return new Promise((resolve, reject) => {
      queue.push({ item, bytes: sizeOf(item), since: performance.now(), resolve, reject });
      if (!writing) void writeAll();
    });
  };
}

/** How many of the first are a group. */
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

/** Removes the items that have waited since before `latest`: those are the first. */
function dropLate<Item>(queue: Waiting<Item>[], latest: number, tooLate: () => unknown): Waiting<Item>[] {
  const first = queue.findIndex(({ since }) => since >= latest);
  const late = first === -1 ? queue : queue.slice(0, first);
  if (late.length === 0) return queue;
  for (const { reject } of late) reject(tooLate());
  return queue.slice(late.length);
}
