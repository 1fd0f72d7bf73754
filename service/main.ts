import { pino } from "pino";
import { createApp } from "./app.ts";
import { createStore } from "./data/store.ts";
import { openDatabase } from "./database.ts";
import { drain } from "./http/drain.ts";
import { createHttpServer } from "./http/server.ts";
import { podCounter } from "./page/pods.ts";
import packageJson from "./package.json" with { type: "json" };
import { readSettings, type Settings } from "./settings.ts";

function settingsOrExit(): Settings {
  try {
    return readSettings(process.env);
  } catch (error) {
    pino().fatal({ faults: (error as Error).message.split("\n") }, "the environment is not right");
    process.exit(1);
  }
}

const settings = settingsOrExit();
const logger = pino({ level: settings.logLevel, base: { pod: settings.podName } });
const database = openDatabase(settings.mongodbUri, logger);
const store = createStore(database.connection);
let draining = false;

const app = createApp({
  store,
  database,
  logger,
  isDraining: () => draining,
  podName: settings.podName,
  countPods: podCounter(settings.podsHost),
  maxInFlight: settings.maxInFlight,
  version: packageJson.version,
});
const handle = app.callback();
const server = createHttpServer({ handle: (request, response) => void handle(request, response), logger });

server.on("error", (err) => {
  logger.fatal({ err }, `can't listen on port ${settings.port}`);
  process.exit(1);
});
server.listen(settings.port, settings.host, () => {
  logger.info({ address: server.address() }, "listening");
});

/** Readiness first, then the server, MongoDB last: what is in flight may still need it. */
async function stop(signal: NodeJS.Signals): Promise<void> {
  if (draining) return;
  draining = true;
  logger.info({ signal }, "draining");
  const inTime = await drain(server, settings);
  await database.close();
  logger.info({ inTime }, "stopped");
  // A timer or a socket of a library must not hold the process.
  process.exit(inTime ? 0 : 1);
}

process.on("SIGTERM", (signal) => void stop(signal));
process.on("SIGINT", (signal) => void stop(signal));
