import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createMongoServer } from "./mongodb-protocol.ts";
import { packBundle, readBundle } from "./packed-bundle.ts";

// Runs the service while its image is built, and keeps what V8 compiles meanwhile. Node's own compile cache would have
// none of the functions that run, because Node writes it before the bundle runs.

/** Maximum milliseconds until the service answers. */
const timeoutMs = 10_000;
/** Requests that a new pod gets first. */
const requests = ["GET /health/ready", "POST /data", "GET /data", "GET /data", "GET /"];

const folder = import.meta.dirname;
const bundle = readBundle(folder);

// A service that ends at once becomes an image, too. The logs of its pods show the reason.
process.on("exit", () => {
  packBundle(folder, bundle);
  process.exitCode = 0;
});

const mongodb = createMongoServer(() => undefined).listen(0, "127.0.0.1", () => {
  const { port } = mongodb.address() as AddressInfo;
  process.env.MONGODB_URI = `mongodb://127.0.0.1:${port}/app`;
  bundle.run(require);
  void sendAll().finally(() => process.exit());
});

async function sendAll(): Promise<void> {
  const last = performance.now() + timeoutMs;
  for (const request of requests) {
    const [method = "", path = ""] = request.split(" ");
    while (!(await isAnswered(method, path)) && performance.now() < last) await sleep(10);
  }
}

function isAnswered(method: string, path: string): Promise<boolean> {
  const body = method === "POST" ? { body: "{}", headers: { "Content-Type": "application/json" } } : {};
  return fetch(`http://127.0.0.1:${process.env.PORT ?? "3000"}${path}`, { method, ...body }).then(
    async (response) => (await response.text(), response.ok),
    () => false,
  );
}
