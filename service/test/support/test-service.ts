import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import mongoose, { type Connection } from "mongoose";
import { pino } from "pino";
import { createApp } from "../../app.ts";
import { admissionLimits, type AdmissionLimits } from "../../http/admission.ts";
import { openDatabase, type DatabaseOptions } from "../../mongodb/mongodb-connection.ts";
import { serverLimits, type ServerLimits } from "../../http/server-limits.ts";
import { createHttpServer } from "../../http/http-server.ts";
import type { Trust } from "../../http/trusted-proxies.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import type { Tracing } from "../../tracing/start-tracing.ts";
import { expectContract } from "./openapi-contract.ts";
import { sharedMongoDB } from "./hooks.ts";

/** The service, which listens on its own port in this process. */
export interface TestService {
  readonly url: string;
  /** Parsed lines of the log. */
  readonly log: Record<string, unknown>[];
  /** Result of `isDraining`. */
  draining: boolean;
  /** Result of `countPods`. */
  pods: number | undefined;
  /** `fetch` of a path. Asserts that the answer matches the OpenAPI document. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** POSTs a JSON value. */
  post(value: unknown): Promise<Response>;
  /** Connection to MongoDB. */
  readonly connection: Connection;
  /** Deletes every document. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

let databases = 0;

interface TestOptions {
  readonly metrics?: Metrics;
  readonly tracing?: Tracing;
  readonly trusts?: Trust | undefined;
}

const deadlineMs = 2000;

/**
 * Starts the service on its own database.
 * @param uri connection string without a database. @default the shared server's
 * @param admission overrides the service's admission limits
 * @param limits overrides the HTTP server's limits
 */
export async function startService(
  uri?: string,
  admission: Partial<AdmissionLimits> = {},
  limits: Partial<ServerLimits> = {},
  { metrics, tracing, trusts }: TestOptions = {},
): Promise<TestService> {
  const name = `test-${process.pid}-${databases++}`;
  const log: Record<string, unknown>[] = [];
  const logger = pino(
    { level: "debug" },
    { write: (line: string) => void log.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const watch: DatabaseOptions["watch"] = (client) => {
    metrics?.pool(client);
    tracing?.watch(client);
  };
  const mongodb = withDatabase(uri ?? (await sharedMongoDB()).uri, name);
  const database = openDatabase({
    uri: mongodb,
    logger,
    deadlineMs,
    watch,
    monitorCommands: tracing !== undefined,
  });
  metrics?.database(database);
  const app = createApp({
    database,
    logger,
    isDraining: () => service.draining,
    podName: "pod-<1>",
    countPods: () => service.pods,
    admission: { ...admissionLimits({ maxHeldBytes: 8 * 1024 * 1024, deadlineMs }), ...admission },
    ...(trusts === undefined ? {} : { trusts }),
    version: "1.2.3",
    metrics,
    tracing: tracing?.middleware,
  });
  const handle = app.callback();
  const server = createHttpServer({
    handle: (request, response) => void handle(request, response),
    logger,
    metrics,
    limits: { ...serverLimits, ...limits },
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const service: TestService = {
    url,
    log,
    connection: database.connection,
    draining: false,
    pods: undefined,
    async request(path, init) {
      const response = await fetch(url + path, { redirect: "manual", ...init });
      await expectContract(init?.method ?? "GET", path, response.clone());
      return response;
    },
    post: (value) => service.request("/data", jsonInit(JSON.stringify(value))),
    async clear() {
      const models = Object.values(database.connection.models);
      await Promise.all(models.map((model) => model.deleteMany({})));
    },
    async close() {
      server.close();
      server.closeAllConnections();
      if (database.connection.readyState === mongoose.ConnectionStates.connected)
        await database.connection.dropDatabase();
      await database.close();
    },
  };
  await untilStatus(service, "/health/ready", 200);
  return service;
}

/** Like `fetch` of a path of another process, but returns status 599 while the connection fails. */
export function requestTo(port: number): TestService["request"] {
  return (path, init) =>
    fetch(`http://127.0.0.1:${port}${path}`, init).catch(() => new Response("", { status: 599 }));
}

/** Options of a POST of this JSON text. */
export function jsonInit(body: string | Uint8Array<ArrayBuffer>, type = "application/json"): RequestInit {
  return { method: "POST", body, headers: { "Content-Type": type } };
}

/** Repeats a request until the answer has this status, for at most 15 s. */
export async function untilStatus(service: Pick<TestService, "request">, path: string, status: number) {
  const end = Date.now() + 15_000;
  let last = 0;
  while (Date.now() < end) {
    last = (await service.request(path)).status;
    if (last === status) return;
    await sleep(100);
  }
  throw new Error(`${path} still answers ${last}, not ${status}`);
}

/** Returns the connection string of a database on a server. */
export function withDatabase(uri: string, name: string): string {
  const url = new URL(uri);
  // Without `authSource`, MongoDB looks up the user in the database of the path.
  if (url.username !== "" && !url.searchParams.has("authSource")) {
    url.searchParams.set("authSource", url.pathname.slice(1) || "admin");
  }
  url.pathname = `/${name}`;
  return url.href;
}
