import autocannon from "autocannon";
import { Latencies } from "../../tools/traffic/latencies.ts";
import { cpuSeconds } from "./process-usage.ts";
import { requestsOf, type Workload } from "./workloads.ts";

/** A load: every client sends its next request after the answer to the previous one. */
export interface Load {
  readonly url: string;
  /** Process whose CPU time is measured. @default none: its CPU time is unknown */
  readonly pid?: number;
  /** Concurrent connections. */
  readonly clients: number;
  readonly workload: Workload;
  /** Ids of the documents to read. @default those of the canned database */
  readonly ids?: readonly string[];
  /** Time before the measurement. */
  readonly warmUpMs: number;
  /** Duration of the measurement. */
  readonly durationMs: number;
}

/** Result of a load. */
export interface Measurement {
  /** Whole answers. */
  readonly answers: number;
  /** Requests per second. */
  readonly rate: number;
  /** Latency in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of CPU time per request, of the server and of the load generator. */
  readonly cpu: number;
  readonly clientCpu: number;
  /** Answers other than 2xx. */
  readonly failed: number;
}

/**
 * Runs a load with autocannon. Counts autocannon's events, because its histogram has whole milliseconds only and its
 * warm-up is a separate run.
 * @throws {Error} a connection failed or ended
 */
export async function run(load: Load): Promise<Measurement> {
  const { url, pid, clients, workload, warmUpMs, durationMs } = load;
  let latencies = new Latencies();
  let failed = 0;
  const instance = autocannon({
    url,
    connections: clients,
    duration: (warmUpMs + durationMs) / 1000,
    // Milliseconds between autocannon's checks of the elapsed time.
    sampleInt: 20,
    bailout: 1,
    setupClient: (client) => {
      client.setRequests(requestsOf(workload, clients, load.ids));
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
  // autocannon reconnects silently when a server closes a connection. Then the answer of the in-flight request is
  // missing.
  if (errors > 0 || sent.sent - sent.total > clients) throw new Error("a connection failed or ended");
  const each = (seconds: number) => (seconds / latencies.count) * 1e6;
  return {
    answers: latencies.count,
    rate: latencies.count / ((end.at - start.at) / 1000),
    p50: latencies.percentile(50),
    p99: latencies.percentile(99),
    cpu: each(end.server - start.server),
    clientCpu: each(end.own - start.own),
    failed,
  };
}

/** CPU seconds used until now, and the time in milliseconds. */
function usage(pid: number | undefined): {
  readonly at: number;
  readonly server: number;
  readonly own: number;
} {
  const { user, system } = process.cpuUsage();
  return {
    at: performance.now(),
    server: pid === undefined ? NaN : cpuSeconds(pid),
    own: (user + system) / 1e6,
  };
}

// Runs in a separate process, so that the process' CPU time is that of the load alone.
process.on("message", (load: Load) => {
  run(load).then(
    (measurement) => process.send?.({ measurement }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on("disconnect", () => process.exit());
