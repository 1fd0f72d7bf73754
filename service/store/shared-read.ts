/** A running read, and the read that starts when the first one has ended. */
interface Flight<Result> {
  readonly result: Promise<Result>;
  next: Promise<Result> | undefined;
  /** Number of requests that wait for the next read. */
  waiting: number;
}

/**
 * Shares identical reads. At most one runs, and at most one waits for its end. A request joins only a read that has not
 * started, so the result is never older than the request. Therefore a client reads its own writes. An error reaches
 * only the requests that share the failed read.
 * @param read must settle in limited time, because the next read waits
 * @param keyOf returns the same text for identical reads
 * @param onRead called with the number of requests that share each read
 */
export function shareReads<Query, Result>(
  read: (query: Query) => Promise<Result>,
  keyOf: (query: Query) => string,
  onRead: (requestCount: number) => void = () => undefined,
): (query: Query) => Promise<Result> {
  const flights = new Map<string, Flight<Result>>();

  function start(key: string, query: Query, requestCount: number): Promise<Result> {
    onRead(requestCount);
    const flight: Flight<Result> = { result: read(query), next: undefined, waiting: 0 };
    flights.set(key, flight);
    const forget = () => {
      // Keeps the flight until its next read starts, so that further requests join that read.
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
