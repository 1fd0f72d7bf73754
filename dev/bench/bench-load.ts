import autocannon from "autocannon";
import { Latencies } from "../../tools/traffic/latencies.ts";
import { cpuSeconds } from "./process-usage.ts";

/** A load: every client sends its next request when it has the answer to the previous one. */
export interface Load {
  readonly port: number;
  /** Process whose CPU time counts. */
  readonly pid: number;
  /** Concurrent connections. */
  readonly clients: number;
  readonly mix: Mix;
  /** Before the measurement. */
  readonly warmUpMs: number;
  /** Of the measurement. */
  readonly durationMs: number;
}

/** Lists, inserts, or both alternately. */
export type Mix = "GET" | "POST" | "mixed";

/** What a load came to. */
export interface Measurement {
  /** Requests per second. */
  readonly rate: number;
  /** Latency in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of CPU per request: the server's, and the load generator's. */
  readonly cpu: number;
  readonly clientCpu: number;
  /** Answers other than 2xx. */
  readonly failed: number;
}

const get: autocannon.Request = { method: "GET", path: "/data?limit=20" };
const post: autocannon.Request = {
  method: "POST",
  path: "/data",
  headers: { "Content-Type": "application/json" },
  body: '{"name":"Ada Lovelace","text":"The quick brown fox jumps over the lazy dog.","tags":["a","b"],"n":42}',
};
const requests: Record<Mix, autocannon.Request[]> = { GET: [get], POST: [post], mixed: [get, post] };

/**
 * Runs a load with autocannon. Its own histogram has whole milliseconds only, and its warm-up is a run of its own: its
 * events are counted here instead.
 * @throws {Error} a connection failed or ended
 */
export async function run({ port, pid, clients, mix, warmUpMs, durationMs }: Load): Promise<Measurement> {
  let latencies = new Latencies();
  let failed = 0;
  let connections = 0;
  const instance = autocannon({
    url: `http://127.0.0.1:${port}`,
    connections: clients,
    duration: (warmUpMs + durationMs) / 1000,
    // Milliseconds between two looks at whether it is over.
    sampleInt: 20,
    bailout: 1,
    requests: requests[mix],
    setupClient: (client) => {
      // Half of the clients begin with the other kind, so that both are always in flight.
      if (mix === "mixed" && connections++ % 2 === 1) client.setRequests([post, get]);
      client.on("response", (status, _bytes, ms) => {
        latencies.record(ms);
        if (status < 200 || status > 299) failed++;
      });
    },
  });
  let start = usage(pid);
  const warm = setTimeout(() => {
    latencies = new Latencies();
    start = usage(pid);
  }, warmUpMs);
  const { errors, requests: sent } = await instance;
  clearTimeout(warm);
  const end = usage(pid);
  // autocannon connects anew when a server ends a connection, and says nothing: the request on its way is missing.
  if (errors > 0 || sent.sent - sent.total > clients) throw new Error("a connection failed or ended");
  const each = (seconds: number) => (seconds / latencies.count) * 1e6;
  return {
    rate: latencies.count / ((end.at - start.at) / 1000),
    p50: latencies.percentile(50),
    p99: latencies.percentile(99),
    cpu: each(end.server - start.server),
    clientCpu: each(end.own - start.own),
    failed,
  };
}

/** Seconds of CPU used until now, and the time in milliseconds. */
function usage(pid: number): { readonly at: number; readonly server: number; readonly own: number } {
  const { user, system } = process.cpuUsage();
  return { at: performance.now(), server: cpuSeconds(pid), own: (user + system) / 1e6 };
}

// In a process of its own, so that its CPU time is nothing but the load's.
process.on("message", (load: Load) => {
  run(load).then(
    (measurement) => process.send?.({ measurement }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on("disconnect", () => process.exit());
