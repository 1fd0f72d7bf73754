/** A read that has started, and the one that starts when it has ended. */
interface Flight<Result> {
  readonly result: Promise<Result>;
  next: Promise<Result> | undefined;
  /** How many wait for the next. */
  waiting: number;
}

/**
 * Lets identical reads share: at most one runs, and at most one waits for its end. Who asks joins only the one that has
 * not started yet, so nobody sees anything older than his own asking, and a client that wrote reads its write. An error
 * reaches those who share the read that failed, and nobody else.
 * @param read reads; it settles in bounded time, because the next one waits for it
 * @param keyOf the same text for the same read
 * @param onRead told of each read how many share it
 */
export function shareReads<Query, Result>(
  read: (query: Query) => Promise<Result>,
  keyOf: (query: Query) => string,
  onRead: (sharing: number) => void = () => undefined,
): (query: Query) => Promise<Result> {
  const flights = new Map<string, Flight<Result>>();

  function start(key: string, query: Query, sharing: number): Promise<Result> {
    onRead(sharing);
    const flight: Flight<Result> = { result: read(query), next: undefined, waiting: 0 };
    flights.set(key, flight);
    const forget = () => {
      // With a next one it stays until that one starts: who comes in between joins it.
      if (flight.next === undefined) flights.delete(key);
    };
    flight.result.then(forget, forget);
    return flight.result;
  }

  return function sharedRead(query) {
    const key = keyOf(query);
    const running = flights.get(key);
    if (running === undefined) return start(key, query, 1);
    running.waiting++;
    const startNext = () => start(key, query, running.waiting);
    running.next ??= running.result.then(startNext, startNext);
    return running.next;
  };
}
