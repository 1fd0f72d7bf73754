import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createMongoServer } from "./mongodb-protocol.ts";
import { packBundle, readBundle } from "./packed-bundle.ts";

// Runs the service while its image is built, and keeps what V8 compiles meanwhile. Node's own compile cache would have
// none of the functions that run, because Node writes it before the bundle runs.

/** Maximum milliseconds until the service is ready. */
const timeoutMs = 10_000;
/** Requests that a new pod gets first. */
const requests = ["POST /data", "GET /data", "GET /"];

const folder = import.meta.dirname;
const bundle = readBundle(folder);

// A service that ends at once becomes an image, too. The logs of its pods show the reason.
process.on("exit", () => {
  packBundle(folder, bundle);
  process.exitCode = 0;
});

const mongodb = createMongoServer().listen(0, "127.0.0.1", () => {
  const { port } = mongodb.address() as AddressInfo;
  process.env.MONGODB_URI = `mongodb://127.0.0.1:${port}/app`;
  bundle.run(require);
  void sendAll().finally(() => process.exit());
});

async function sendAll(): Promise<void> {
  const last = performance.now() + timeoutMs;
  while (!(await isOk("GET /health/ready")) && performance.now() < last) await sleep(10);
  for (const request of requests) await isOk(request);
}

async function isOk(request: string): Promise<boolean> {
  const [method = "", path = ""] = request.split(" ");
  const json = method === "POST" ? { body: "{}", headers: { "Content-Type": "application/json" } } : {};
  try {
    const response = await fetch(`http://127.0.0.1:${process.env.PORT ?? "3000"}${path}`, {
      method,
      ...json,
    });
    await response.text();
    return response.ok;
  } catch {
    return false;
  }
}
