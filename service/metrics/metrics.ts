import type { mongo } from "mongoose";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Database } from "../mongodb/mongodb-connection.ts";
import { watchPool, type PoolUsage } from "./connection-pool.ts";

/** An operation of the store, as a metric names it. */
export type Operation = "list" | "find" | "insert" | "replace" | "remove";

/** What the service tells of itself while it works. Each is called for every request: it only counts. */
export interface Metrics {
  /** A request was answered; `route` as the router has it, or undefined where none did. */
  request(method: string, route: string | undefined, status: number, seconds: number): void;
  /** A request was answered with a problem of this code. */
  problem(code: string): void;
  /** MongoDB has answered, or not. */
  operation(operation: Operation, seconds: number, ok: boolean): void;
  /** So many requests share a read that starts. */
  sharedRead(operation: Operation, requests: number): void;
  /** So many documents share an insert. */
  groupCommit(documents: number): void;
  /** A client of MongoDB will connect; the last one counts. */
  pool(client: mongo.MongoClient): void;
  /** Each scrape asks this MongoDB whether it answers. */
  database(database: Pick<Database, "reach">): void;
}

/** Metrics, and how Prometheus reads them. */
export interface ReadableMetrics extends Metrics {
  readonly contentType: string;
  /** Everything, in Prometheus' text format. */
  text(): Promise<string>;
}

/** Seconds: from an answer out of memory to the bound within which every request is answered. */
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
/** Statuses of the service's own errors. */
const errors = [500, 503];
/** Methods that clients use. */
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
/** Route of a request that was answered before it had one, as a request that was shed, or that fits none. */
const noRoute = "none";

/** Makes them, with what Node itself tells: event loop, memory, garbage collection. */
export function createMetrics(): ReadableMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const requests = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time to answer a request, by route and status",
    labelNames: ["method", "route", "status"],
    buckets: seconds,
    registers,
  });
  const known = new Set<string>();
  /** Prometheus counts from a series' first sample on: an error that is the first sample would not count. */
  const knowErrorsOf = (method: string, route: string) => {
    const key = `${method} ${route}`;
    if (known.has(key)) return;
    known.add(key);
    for (const status of errors) requests.zero({ method, route, status });
  };
  // An overload may begin before the first request without a route.
  for (const method of methods) knowErrorsOf(method, noRoute);
  const problems = new Counter({
    name: "http_problems_total",
    help: "Requests that were answered with a problem; those that were shed have the code overloaded",
    labelNames: ["code"],
    registers,
  });
  // Those that alerts and dashboards ask for are there before the first of them happens.
  for (const code of ["overloaded", "database_unavailable", "internal"]) problems.inc({ code }, 0);
  const operations = new Histogram({
    name: "mongodb_operation_duration_seconds",
    help: "Time of an operation on MongoDB, with the wait for a connection",
    labelNames: ["operation", "outcome"],
    buckets: seconds,
    registers,
  });
  const reads = new Histogram({
    name: "data_shared_read_requests",
    help: "Requests that share one read",
    labelNames: ["operation"],
    buckets: sizes,
    registers,
  });
  const commits = new Histogram({
    name: "data_group_commit_documents",
    help: "Documents that share one insert",
    buckets: sizes,
    registers,
  });
  let use: PoolUsage = { open: 0, inUse: 0, waiting: 0 };
  new Gauge({
    name: "mongodb_pool_connections",
    help: "Connections to MongoDB, by what they do",
    labelNames: ["state"],
    registers,
    collect() {
      this.set({ state: "idle" }, use.open - use.inUse);
      this.set({ state: "in_use" }, use.inUse);
    },
  });
  new Gauge({
    name: "mongodb_pool_waiting",
    help: "Operations that wait for a connection to MongoDB",
    registers,
    collect() {
      this.set(use.waiting);
    },
  });

  let reach: (() => Promise<void>) | undefined;
  new Gauge({
    name: "mongodb_up",
    help: "Whether MongoDB answers this pod: 1, or 0",
    registers,
    async collect() {
      const isUp = await reach?.().then(
        () => true,
        () => false,
      );
      this.set(isUp === true ? 1 : 0);
    },
  });

  return {
    request(method, route = noRoute, status, time) {
      knowErrorsOf(method, route);
      requests.observe({ method, route, status }, time);
    },
    problem(code) {
      problems.inc({ code });
    },
    operation(operation, time, ok) {
      operations.observe({ operation, outcome: ok ? "ok" : "failed" }, time);
    },
    sharedRead(operation, count) {
      reads.observe({ operation }, count);
    },
    groupCommit(documents) {
      commits.observe(documents);
    },
    pool(client) {
      use = watchPool(client);
    },
    database(database) {
      reach = () => database.reach();
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
