// The first import, because other modules may throw while they load.
import "./uncaught-errors.ts";
import type { Server } from "node:http";
import { pino, type Logger } from "pino";
import { createApp } from "./app.ts";
import { admissionLimits } from "./http/admission.ts";
import { openDatabase, type DatabaseOptions } from "./mongodb/mongodb-connection.ts";
import { drain } from "./http/drain.ts";
import { createHttpServer } from "./http/http-server.ts";
import { serverLimits } from "./http/server-limits.ts";
import { createLogger } from "./log-stream.ts";
import type { ReadableMetrics } from "./metrics/metrics.ts";
import { podCounter } from "./page/ready-pods.ts";
import packageJson from "./package.json" with { type: "json" };
import { readSettings, type Settings } from "./service-settings.ts";
import type { Tracing } from "./tracing/start-tracing.ts";

const { version } = packageJson;

function settingsOrExit(): Settings {
  try {
    return readSettings(process.env);
  } catch (error) {
    // `npm run status` reads the field `faults`.
    pino().fatal({ faults: (error as Error).message.split("\n") }, "invalid environment variables");
    process.exit(1);
  }
}

// Metrics and tracing are loaded only if they are on.
async function metricsFor({ metricsPort }: Settings): Promise<ReadableMetrics | undefined> {
  if (metricsPort === undefined) return undefined;
  return (await import("./metrics/metrics.ts")).createMetrics();
}

async function tracingFor({ isTraced, podName }: Settings, logger: Logger): Promise<Tracing | undefined> {
  if (!isTraced) return undefined;
  const { startTracing } = await import("./tracing/start-tracing.ts");
  return startTracing({ version, podName, logger });
}

async function serveMetrics(metrics: ReadableMetrics, settings: Settings, logger: Logger): Promise<void> {
  const { createMetricsServer } = await import("./metrics/metrics-server.ts");
  listen(createMetricsServer(metrics), settings.metricsPort ?? 0, settings, logger, "metrics");
}

function listen(server: Server, port: number, { host }: Settings, logger: Logger, what = "service"): void {
  server.on("error", (err) => {
    logger.fatal({ err }, `can't listen on port ${port}`);
    process.exit(1);
  });
  // Node's default backlog is 511 connections, and a burst has more.
  server.listen({ port, host, backlog: serverLimits.maxConnections }, () => {
    logger.info({ what, address: server.address() }, "listening");
  });
}

async function serve(settings: Settings): Promise<void> {
  const logger = createLogger(settings.logLevel, settings.podName);
  const metrics = await metricsFor(settings);
  const tracing = await tracingFor(settings, logger);
  const watch: DatabaseOptions["watch"] = (client) => {
    metrics?.pool(client);
    tracing?.watch(client);
  };
  const database = openDatabase({
    uri: settings.mongodbUri,
    caFile: settings.mongodbCaFile,
    logger,
    deadlineMs: settings.deadlineMs,
    watch,
    monitorCommands: tracing !== undefined,
  });
  metrics?.database(database);
  let draining = false;

  const app = createApp({
    database,
    logger,
    isDraining: () => draining,
    podName: settings.podName,
    countPods: podCounter(settings.podsHost),
    trusts: settings.trusts,
    admission: admissionLimits(settings),
    version,
    metrics,
    tracing: tracing?.middleware,
  });
  const handle = app.callback();
  const server = createHttpServer({
    handle: (request, response) => void handle(request, response),
    logger,
    metrics,
    limits: { ...serverLimits, keepAliveTimeoutMs: settings.keepAliveMs },
  });
  listen(server, settings.port, settings, logger);
  if (metrics !== undefined) await serveMetrics(metrics, settings, logger);

  /** Ends readiness, then the server, and MongoDB last, because in-flight requests may still need MongoDB. */
  async function stop(signal: NodeJS.Signals): Promise<void> {
    if (draining) return;
    draining = true;
    logger.info({ signal }, "draining");
    const inTime = await drain(server, settings);
    await database.close();
    await tracing?.close();
    logger.info({ inTime }, "stopped");
    // A timer or a socket of a library must not keep the process running.
    process.exit(inTime ? 0 : 1);
  }

  process.on("SIGTERM", (signal) => void stop(signal));
  process.on("SIGINT", (signal) => void stop(signal));
}

void serve(settingsOrExit());
