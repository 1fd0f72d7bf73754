import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import mongoose from "mongoose";
import { pino } from "pino";
import { startMongoDB, type MongoServer } from "../../dev/embedded-mongodb.ts";
import { openDatabase } from "../../mongodb/mongodb-connection.ts";
import { sharedMongoDB } from "../support/hooks.ts";
import { startBehindProxy, type BehindProxy } from "../support/behind-proxy.ts";
import { expectProblem } from "../support/expect-problem.ts";
import { startProxy, type Proxy } from "../support/tcp-proxy.ts";
import {
  jsonInit,
  startService,
  untilStatus,
  withDatabase,
  type TestService,
} from "../support/test-service.ts";

/** Maximum milliseconds until a client learns that MongoDB is unavailable. */
const maxAnswerMs = 2000;

async function expectUnavailable(service: TestService): Promise<void> {
  const requests: [string, RequestInit?][] = [
    ["/data"],
    ["/data", jsonInit('{"a":1}')],
    ["/data/ffffffffffffffffffffffff"],
    ["/data/ffffffffffffffffffffffff", { method: "DELETE" }],
    ["/health/ready"],
    ["/health"],
  ];
  for (const [path, init] of requests) {
    const start = Date.now();
    const response = await service.request(path, init);
    expect(Date.now() - start, path).to.be.below(maxAnswerMs);
    expect(response.headers.get("Retry-After"), path).to.match(/^\d+$/);
    await expectProblem(response, 503, "database_unavailable");
  }
  expect((await service.request("/health/live")).status).to.equal(200);
  expect(await (await service.request("/")).text()).to.include('<span class="badge bad">unavailable</span>');
}

describe("while MongoDB is unavailable", () => {
  let behind: BehindProxy;
  let proxy: BehindProxy["proxy"];
  let service: TestService;
  before(async () => {
    behind = await startBehindProxy();
    ({ proxy, service } = behind);
  });
  after(() => behind.close());

  for (const mode of ["close", "hang"] as const) {
    it(`answers 503 within 2 s and recovers without a restart, in the mode ${mode}`, async () => {
      proxy.mode(mode);
      await expectUnavailable(service);
      proxy.mode("pass");
      await untilStatus(service, "/health/ready", 200);
      expect((await service.post({ mode })).status).to.equal(201);
    });
  }

  it("keeps a message on the page that could not be stored, within 2 s", async () => {
    proxy.mode("hang");
    const body = new URLSearchParams({ message: 'not "lost"' });
    const start = Date.now();
    const response = await service.request("/", { method: "POST", body });
    expect(response.status).to.equal(503);
    expect(Date.now() - start).to.be.below(maxAnswerMs);
    expect(await response.text()).to.include('value="not &quot;lost&quot;"');
    proxy.mode("pass");
    await untilStatus(service, "/health/ready", 200);
  });
});

describe("when MongoDB restarts", () => {
  let server: MongoServer;
  let service: TestService | undefined;
  before(async () => {
    server = await startMongoDB();
    if (server.process !== undefined) service = await startService(server.uri);
  });
  after(async () => {
    await service?.close();
    await server.close();
  });

  it("answers 503 meanwhile, and has all documents afterwards", async function () {
    if (service === undefined) return void this.skip();
    const stored: unknown = await (await service.post({ before: true })).json();
    await server.process?.stop();
    await expectUnavailable(service);
    await server.process?.start();
    await untilStatus(service, "/health/ready", 200);
    expect(await (await service.request("/data")).json()).to.deep.equal([stored]);
  });
});

describe("with a distant MongoDB that needs a password", () => {
  const database = `test-distant-${process.pid}`;
  const user = "distant";
  let proxy: Proxy;
  let uri: URL;
  let admin: mongoose.Connection;
  before(async () => {
    const near = withDatabase((await sharedMongoDB()).uri, database);
    admin = await mongoose.createConnection(near).asPromise();
    await admin.db?.command({ createUser: user, pwd: "p", roles: ["readWrite"] });
    uri = new URL(near);
    proxy = await startProxy(uri.hostname, Number(uri.port || 27017));
    uri.host = `127.0.0.1:${proxy.port}`;
    [uri.username, uri.password] = [user, "p"];
    uri.searchParams.set("authSource", database);
  });
  after(async () => {
    await admin.db?.command({ dropUser: user });
    await admin.close();
    await proxy.close();
  });

  for (const roundTripMs of [260, 600]) {
    it(`connects and serves at a round trip of ${roundTripMs} ms`, async () => {
      proxy.delay(roundTripMs);
      const service = await startService(uri.href);
      expect((await service.post({ roundTripMs })).status).to.equal(201);
      proxy.delay(0);
      await service.close();
    });
  }

  it("connects if a round trip takes longer than the timeout of an operation", async () => {
    proxy.delay(600);
    const database = openDatabase({ uri: uri.href, logger: pino({ level: "silent" }), deadlineMs: 500 });
    const { connection } = database;
    const late = sleep(10_000, "not connected", { ref: false });
    const connected = new Promise((resolve) => {
      connection.once("connected", () => {
        resolve("connected");
      });
    });
    const outcome = await Promise.race([connected, late]);
    proxy.delay(0);
    await database.close();
    expect(outcome).to.equal("connected");
  });
});
