import type { mongo } from "mongoose";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Database } from "../mongodb/mongodb-connection.ts";
import { watchPool, type PoolUsage } from "./connection-pool.ts";

/** Operation of the store, as the label of a metric. */
export type Operation = "list" | "find" | "insert" | "replace" | "remove";

/** Receives the events of the service. The methods are called for every request, so they only count. */
export interface Metrics {
  /** Counts an answered request. `route` is the route's pattern, or undefined if no route matched. */
  request(method: string, route: string | undefined, status: number, seconds: number): void;
  /** Counts an answer with a problem of this code. */
  problem(code: string): void;
  /** Records an operation of MongoDB. `ok` is whether the operation succeeded. */
  operation(operation: Operation, seconds: number, ok: boolean): void;
  /** Counts a read, and the requests that share the read. */
  sharedRead(operation: Operation, requests: number): void;
  /** Counts an insert, and the documents that share the insert. */
  groupCommit(documents: number): void;
  /** Counts the connections of a client that has not connected yet. Only the last client counts. */
  pool(client: mongo.MongoClient): void;
  /** Sets the database whose availability each scrape checks. */
  database(database: Pick<Database, "reach">): void;
}

/** Metrics that Prometheus can read. */
export interface ReadableMetrics extends Metrics {
  readonly contentType: string;
  /** Returns all metrics in Prometheus' text format. */
  text(): Promise<string>;
}

/** Buckets in seconds, from an answer out of memory to the deadline of a request. */
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
/** Statuses of the service's own errors. */
const errors = [500, 503];
/** Methods that clients use. */
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
/** Label of requests without a route: no route matched, or the request was shed before the router. */
const noRoute = "none";

/** Creates the metrics, including Node's own: event loop, memory, garbage collection. */
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
  const initialized = new Set<string>();
  /** Prometheus counts increases from the first sample of a series on, so the first error needs a zero before it. */
  const initializeErrors = (method: string, route: string) => {
    const key = `${method} ${route}`;
    if (initialized.has(key)) return;
    initialized.add(key);
    for (const status of errors) requests.zero({ method, route, status });
  };
  // An overload may begin before the first request without a route.
  for (const method of methods) initializeErrors(method, noRoute);
  const problems = new Counter({
    name: "http_problems_total",
    help: "Answers with a problem, by code; requests shed in an overload have the code overloaded",
    labelNames: ["code"],
    registers,
  });
  // Alerts and dashboards need the series of these codes before the first such problem.
  for (const code of ["overloaded", "database_unavailable", "internal"]) problems.inc({ code }, 0);
  const operations = new Histogram({
    name: "mongodb_operation_duration_seconds",
    help: "Time of an operation on MongoDB, including the wait for a connection",
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
  let usage: PoolUsage = { open: 0, inUse: 0, waiting: 0 };
  new Gauge({
    name: "mongodb_pool_connections",
    help: "Connections to MongoDB, by state",
    labelNames: ["state"],
    registers,
    collect() {
      this.set({ state: "idle" }, usage.open - usage.inUse);
      this.set({ state: "in_use" }, usage.inUse);
    },
  });
  new Gauge({
    name: "mongodb_pool_waiting",
    help: "Operations that wait for a connection to MongoDB",
    registers,
    collect() {
      this.set(usage.waiting);
    },
  });

  let reach: (() => Promise<void>) | undefined;
  new Gauge({
    name: "mongodb_up",
    help: "1 if MongoDB answers this pod, else 0",
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
      initializeErrors(method, route);
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
      usage = watchPool(client);
    },
    database(database) {
      reach = () => database.reach();
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
