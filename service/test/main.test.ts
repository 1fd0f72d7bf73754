import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Agent, request, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import mongoose from "mongoose";
import { freePort } from "../dev/free-port.ts";
import { sharedMongoDB } from "./support/hooks.ts";
import { requestTo, untilStatus, withDatabase } from "./support/test-service.ts";

const main = `${import.meta.dirname}/../main.ts`;

interface Running {
  readonly port: number;
  readonly child: ChildProcess;
  /** Log output so far. */
  readonly output: () => string;
}

async function startMain(env: Record<string, string>, nodeOptions: readonly string[] = []): Promise<Running> {
  const port = await freePort();
  const child = spawn(process.execPath, [...nodeOptions, main], {
    env: { PORT: String(port), HOST: "127.0.0.1", ...env },
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return { port, child, output: () => output };
}

async function databaseUri(): Promise<string> {
  return withDatabase((await sharedMongoDB()).uri, `test-main-${process.pid}`);
}

async function startReady(env: Record<string, string> = {}): Promise<Running> {
  const running = await startMain({ MONGODB_URI: await databaseUri(), ...env });
  const get = requestTo(running.port);
  await untilStatus({ request: get }, "/health/ready", 200);
  return running;
}

async function exitCode({ child }: Running): Promise<number | null> {
  if (child.exitCode === null) await once(child, "exit");
  return child.exitCode;
}

/** Status of a GET or, with a body, a POST on a kept-alive connection. */
function send(port: number, agent: Agent, path: string, body?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const headers = { "Content-Type": "application/json" };
    request({ host: "127.0.0.1", port, agent, path, method, headers }, (response: IncomingMessage) => {
      response.resume().on("end", () => {
        resolve(response.statusCode ?? 0);
      });
    })
      .on("error", reject)
      .end(body);
  });
}

/** Options of Node that replace the code of books/book.ts. */
function withBook(source: string): string[] {
  const load = `(url, context, next) => url.endsWith("/books/book.ts")
    ? { format: "module", source: ${JSON.stringify(source)}, shortCircuit: true }
    : next(url, context)`;
  const hooks = `import { registerHooks } from "node:module"; registerHooks({ load: ${load} });`;
  return ["--import", `data:text/javascript,${encodeURIComponent(hooks)}`];
}

const hiddenPages = `import { Schema } from "mongoose";
export const bookSchema = new Schema({ pages: { type: Number, select: false } });`;

describe("main", () => {
  after(async () => {
    const connection = await mongoose.createConnection(await databaseUri()).asPromise();
    await connection.dropDatabase();
    await connection.close();
  });

  it("logs all invalid environment variables, and exits with 1", async () => {
    const running = await startMain({ PORT: "0x", LOG_LEVEL: "loud" });
    expect(await exitCode(running)).to.equal(1);
    const line = JSON.parse(running.output()) as { msg: string; faults: string[] };
    expect(line.msg).to.equal("invalid environment variables");
    expect(line.faults.map((error) => error.split(":")[0])).to.deep.equal(["PORT", "LOG_LEVEL"]);
  });

  it("logs an unsupported schema in one line without a stack, and exits with 1", async () => {
    const running = await startMain({ MONGODB_URI: "mongodb://127.0.0.1:1/app" }, withBook(hiddenPages));
    expect(await exitCode(running)).to.equal(1);
    expect(JSON.parse(running.output())).to.include({ level: 60, msg: "unsupported schema" });
    expect(JSON.parse(running.output())).to.have.deep.property("faults", [
      "The schema of /books has `pages` with `select: false`: the service sends documents as they are stored.",
    ]);
    expect(running.output()).not.to.include("    at ");
  });

  for (const [when, source] of [
    ["at the start", 'null.of("nothing"); export const bookSchema = undefined;'],
    ["later", `${hiddenPages.replace(", select: false", "")} setTimeout(() => null.of("nothing"), 200);`],
  ] as const) {
    it(`logs an uncaught error ${when} in one line, and exits with 1`, async () => {
      const running = await startMain({ MONGODB_URI: "mongodb://127.0.0.1:1/app" }, withBook(source));
      expect(await exitCode(running)).to.equal(1);
      const lines = running.output().trimEnd().split("\n");
      const found = lines.map((line) => JSON.parse(line) as { msg: string; level: number; err?: Error });
      const { level, err } = found.find(({ msg }) => msg === "uncaught error") ?? {};
      expect(level).to.equal(60);
      expect(err?.message).to.equal("Cannot read properties of null (reading 'of')");
      expect(err?.stack).to.include("book.ts");
    });
  }

  it("serves metrics on a separate port only", async () => {
    const metricsPort = await freePort();
    const running = await startReady({ METRICS_PORT: String(metricsPort), DRAIN_MS: "0" });
    const metrics = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
    expect(await metrics.text()).to.include(
      'http_request_duration_seconds_count{method="GET",route="/health/ready"',
    );
    expect((await requestTo(running.port)("/metrics")).status).to.equal(404);
    running.child.kill("SIGTERM");
    expect(await exitCode(running)).to.equal(0);
  });

  it("is live but not ready before it first connects to MongoDB, and stops on SIGTERM", async () => {
    const port = await freePort();
    const running = await startMain({ MONGODB_URI: `mongodb://127.0.0.1:${port}/app`, DRAIN_MS: "0" });
    const get = requestTo(running.port);
    await untilStatus({ request: get }, "/health/live", 200);
    expect((await get("/health/ready")).status).to.equal(503);
    expect((await get("/data")).status).to.equal(503);
    running.child.kill("SIGTERM");
    expect(await exitCode(running)).to.equal(0);
  });

  it("loses no request on SIGTERM, and exits with 0", async () => {
    const running = await startReady({ DRAIN_MS: "1500" });
    const agent = new Agent({ keepAlive: true });
    let sending = true;
    const client = async () => {
      const statuses: number[] = [];
      while (sending) {
        statuses.push(await send(running.port, agent, "/data?limit=1"));
        statuses.push(await send(running.port, agent, "/data", '{"drain":true}'));
      }
      return statuses;
    };
    const clients = Promise.all(Array.from({ length: 8 }, client));
    await sleep(500);
    running.child.kill("SIGTERM");
    // In a cluster, new requests stop when the endpoint is removed. On a busy node, that may take longer than DRAIN_MS.
    await sleep(2500);
    sending = false;
    const statuses = (await clients).flat();
    expect(statuses.length).to.be.greaterThan(50);
    expect(statuses.filter((status) => status >= 300)).to.deep.equal([]);
    expect(await exitCode(running)).to.equal(0);
  });

  it("answers a request whose body arrives after the end of the drain", async () => {
    const running = await startReady({ DRAIN_MS: "0" });
    const headers = { "Content-Type": "application/json", "Content-Length": "7" };
    const slow = request({ host: "127.0.0.1", port: running.port, path: "/data", method: "POST", headers });
    const answered = once(slow, "response") as Promise<[IncomingMessage]>;
    slow.write('{"a"');
    await sleep(200);
    running.child.kill("SIGTERM");
    await sleep(500);
    slow.end(":1}");
    const [response] = await answered;
    expect(response.statusCode).to.equal(201);
    expect(await exitCode(running)).to.equal(0);
  });

  it("answers 503 at /health/ready while it drains, and closes connections", async () => {
    const running = await startReady({ DRAIN_MS: "1000" });
    running.child.kill("SIGTERM");
    await sleep(200);
    const response = await fetch(`http://127.0.0.1:${running.port}/health/ready`);
    expect(response.status).to.equal(503);
    expect(response.headers.get("Connection")).to.equal("close");
    expect(await exitCode(running)).to.equal(0);
  });

  it("drains for DRAIN_MS despite probes, and five times as long while clients send requests", async () => {
    for (const [path, least, most] of [
      ["/health/ready", 1000, 5000],
      ["/data?limit=1", 5000, 20_000],
    ] as const) {
      const running = await startReady({ DRAIN_MS: "1000" });
      const start = performance.now();
      running.child.kill("SIGTERM");
      const agent = new Agent({ keepAlive: false });
      while (running.child.exitCode === null) {
        await send(running.port, agent, path).catch(() => sleep(20));
      }
      expect(await exitCode(running), path).to.equal(0);
      expect(performance.now() - start, path).to.be.within(least, most);
    }
  });

  it("does not wait for unused connections, and exits with 0", async () => {
    const running = await startReady({ DRAIN_MS: "0" });
    const silent = connect(running.port, "127.0.0.1");
    await once(silent, "connect");
    const start = performance.now();
    running.child.kill("SIGTERM");
    await once(silent.resume(), "close");
    expect(await exitCode(running)).to.equal(0);
    expect(performance.now() - start).to.be.below(5000);
  });

  it("keeps idle connections for KEEP_ALIVE_MS", async () => {
    const running = await startReady({ DRAIN_MS: "0", KEEP_ALIVE_MS: "1000" });
    const response = await fetch(`http://127.0.0.1:${running.port}/health/live`);
    expect(response.headers.get("Keep-Alive")).to.equal("timeout=1");
    running.child.kill("SIGTERM");
    expect(await exitCode(running)).to.equal(0);
  });

  it("stops waiting for a request after SHUTDOWN_MS, and exits with 1", async () => {
    const running = await startReady({ DRAIN_MS: "0", SHUTDOWN_MS: "500" });
    const headers = { "Content-Type": "application/json", "Content-Length": "7" };
    const stuck = request({ host: "127.0.0.1", port: running.port, path: "/data", method: "POST", headers });
    stuck.on("error", () => undefined).write("{");
    await sleep(200);
    running.child.kill("SIGTERM");
    expect(await exitCode(running)).to.equal(1);
  });
});
