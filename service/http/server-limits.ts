/** Limits of the HTTP server. A request over a limit never reaches a route. Times are in milliseconds. */
export interface ServerLimits {
  /** Time for the request line and the headers. */
  readonly headersTimeout: number;
  /** Time for the whole request, with its body. */
  readonly requestTimeout: number;
  /** Time until the next request on an idle connection, and until the first one. */
  readonly keepAliveTimeout: number;
  /** Time without a byte in either direction. */
  readonly stalledTimeout: number;
  /** Time between two checks of the timeouts. */
  readonly checkInterval: number;
  /** Bytes of the request line and the headers together. */
  readonly headerBytes: number;
  /** Number of headers. */
  readonly headerCount: number;
  /** Concurrent connections. */
  readonly connections: number;
  /** Unanswered requests of one connection. The server closes a connection with more. */
  readonly pipelined: number;
  /** Time in which the server discards data that arrives after the last answer of a connection. */
  readonly lingerTimeout: number;
  /** Time without a byte after which the server stops discarding early. */
  readonly lingerIdleTimeout: number;
  /** Bytes that the server discards after the last answer of a connection. */
  readonly lingerBytes: number;
}

/** The limits of the service. */
export const serverLimits: ServerLimits = {
  // Headers are a few packets. A client that takes longer holds a connection on purpose.
  headersTimeout: 10_000,
  // The largest body needs 40 kbit/s to arrive in time, less than a bad mobile network has.
  requestTimeout: 20_000,
  // For clients that connect directly. Behind a proxy, set KEEP_ALIVE_MS.
  keepAliveTimeout: 65_000,
  // Otherwise a client that does not read its answer would be an in-flight request for ever. The limit is longer than
  // `requestTimeout`, so that a stalled request gets an error before its connection closes.
  stalledTimeout: 30_000,
  // With Node's 30 s, a slow client could stay four times as long as `headersTimeout` allows.
  checkInterval: 1_000,
  // Node's default, enough for cookies and for the headers of common proxies.
  headerBytes: 16 * 1024,
  // Browsers send about twenty.
  headerCount: 100,
  // An idle connection holds about 10 KiB of the pod's memory.
  connections: 1000,
  // Load generators pipeline 10 or 16 requests, browsers one.
  pipelined: 100,
  // Within these limits, a client that writes its whole request before it reads still gets its error.
  lingerTimeout: 5_000,
  lingerIdleTimeout: 2_000,
  lingerBytes: 32 * 1024 * 1024,
};
