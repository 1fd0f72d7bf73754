/** Limits of the HTTP server. A request over a limit never reaches a route. Times are in milliseconds. */
export interface ServerLimits {
  /** For the request line and the headers. */
  readonly headersTimeout: number;
  /** For the whole request, with its body. */
  readonly requestTimeout: number;
  /** For the next request on an idle connection, and for the first one. */
  readonly keepAliveTimeout: number;
  /** Without a byte in either direction. */
  readonly stalledTimeout: number;
  /** Between two looks at which connections are over their time. */
  readonly checkInterval: number;
  /** Bytes of the request line and the headers together. */
  readonly headerBytes: number;
  /** Number of headers. */
  readonly headerCount: number;
  /** Connections at once. */
  readonly connections: number;
  /** Unanswered requests of one connection: a client that sends more loses the connection. */
  readonly pipelined: number;
  /** For what a client still sends after an answer that ends its connection; {@link lingerIdleTimeout} without a byte. */
  readonly lingerTimeout: number;
  readonly lingerIdleTimeout: number;
  /** Bytes that are read and discarded in that time. */
  readonly lingerBytes: number;
}

/** The limits of the service. */
export const serverLimits: ServerLimits = {
  // Headers are a few packets: a client that takes longer holds a connection on purpose.
  headersTimeout: 10_000,
  // The largest body in that time is 40 kbit/s, less than a bad mobile network.
  requestTimeout: 20_000,
  // Of clients that connect directly; KEEP_ALIVE_MS is another one, for those that come through a proxy.
  keepAliveTimeout: 65_000,
  // A client that reads no byte of its answer would keep its place among the requests in flight for ever. Longer than
  // `requestTimeout`, so that a stalled request gets an error before its connection ends.
  stalledTimeout: 30_000,
  // Node's own 30 s would let a slow client stay four times as long as it may.
  checkInterval: 1_000,
  // Node's default, which cookies and traces of the usual proxies fit into.
  headerBytes: 16 * 1024,
  // Browsers send twenty.
  headerCount: 100,
  // An idle connection holds some 10 KiB of the pod's memory.
  connections: 1000,
  // Load generators send 10 or 16 at once, browsers one.
  pipelined: 100,
  // A client that writes its whole request before it reads gets its error, with up to 32 MiB and in 5 s.
  lingerTimeout: 5_000,
  lingerIdleTimeout: 2_000,
  lingerBytes: 32 * 1024 * 1024,
};
