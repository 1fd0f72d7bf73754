/** Limits of the HTTP server. A request over a limit never reaches a route. Times are in milliseconds. */
export interface ServerLimits {
  /** Time for the request line and the headers. */
  readonly headersTimeoutMs: number;
  /** Time for the whole request, with its body. */
  readonly requestTimeoutMs: number;
  /** Time until the next request on an idle connection, and until the first one. */
  readonly keepAliveTimeoutMs: number;
  /** Time without a byte in either direction. */
  readonly stalledTimeoutMs: number;
  /** Time between two checks of the timeouts. */
  readonly checkIntervalMs: number;
  /** Bytes of the request line and the headers together. */
  readonly maxHeaderBytes: number;
  /** Number of headers. */
  readonly maxHeaderCount: number;
  /** Concurrent connections. */
  readonly maxConnections: number;
  /** Unanswered requests of one connection. The server closes a connection with more. */
  readonly maxPipelined: number;
  /** Time in which the server discards data that arrives after the last answer of a connection. */
  readonly lingerTimeoutMs: number;
  /** Time without a byte after which the server stops discarding early. */
  readonly lingerIdleTimeoutMs: number;
  /** Bytes that the server discards after the last answer of a connection. */
  readonly maxLingerBytes: number;
}

/** The limits of the service. */
export const serverLimits: ServerLimits = {
  // Headers are a few packets. A client that takes longer holds a connection on purpose.
  headersTimeoutMs: 10_000,
  // The largest body needs 40 kbit/s to arrive in time, less than a bad mobile network has.
  requestTimeoutMs: 20_000,
  // For clients that connect directly. Behind a proxy, set KEEP_ALIVE_MS.
  keepAliveTimeoutMs: 65_000,
  // Otherwise a client that does not read its answer would be an in-flight request for ever. The limit is longer than
  // `requestTimeoutMs`, so that a stalled request gets an error before its connection closes.
  stalledTimeoutMs: 30_000,
  // With Node's 30 s, a slow client could stay four times as long as `headersTimeoutMs` allows.
  checkIntervalMs: 1_000,
  // Node's default, enough for cookies and for the headers of common proxies.
  maxHeaderBytes: 16 * 1024,
  // Browsers send about twenty.
  maxHeaderCount: 100,
  // A thousand connections of clients, and some of probes. An idle connection holds about 10 KiB of the pod's memory.
  maxConnections: 1024,
  // Load generators pipeline 10 or 16 requests, browsers one.
  maxPipelined: 100,
  // Within these limits, a client that writes its whole request before it reads still gets its error.
  lingerTimeoutMs: 5_000,
  lingerIdleTimeoutMs: 2_000,
  maxLingerBytes: 32 * 1024 * 1024,
};
