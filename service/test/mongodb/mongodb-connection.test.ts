import { expect } from "chai";
import { startMongoDB, type MongoServer } from "../../dev/embedded-mongodb.ts";
import { startBehindProxy, type BehindProxy } from "../support/behind-proxy.ts";
import { expectProblem } from "../support/expect-problem.ts";
import { jsonInit, startService, untilStatus, type TestService } from "../support/test-service.ts";

/** Milliseconds in which a client is told that MongoDB is away. */
const promptly = 2000;

async function expectAway(service: TestService): Promise<void> {
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
    expect(Date.now() - start, path).to.be.below(promptly);
    expect(response.headers.get("Retry-After"), path).to.match(/^\d+$/);
    await expectProblem(response, 503, "database_unavailable");
  }
  expect((await service.request("/health/live")).status).to.equal(200);
  expect(await (await service.request("/")).text()).to.include("away");
}

describe("while MongoDB is away", () => {
  let behind: BehindProxy;
  let proxy: BehindProxy["proxy"];
  let service: TestService;
  before(async () => {
    behind = await startBehindProxy();
    ({ proxy, service } = behind);
  });
  after(() => behind.close());

  for (const mode of ["refuse", "hang"] as const) {
    it(`answers 503 within 2 s and heals by itself when connections ${mode}`, async () => {
      proxy.mode(mode);
      await expectAway(service);
      proxy.mode("pass");
      await untilStatus(service, "/health/ready", 200);
      expect((await service.post({ mode })).status).to.equal(201);
    });
  }

  it("keeps on the page what could not be stored, within 2 s", async () => {
    proxy.mode("hang");
    const body = new URLSearchParams({ message: 'not "lost"' });
    const start = Date.now();
    const response = await service.request("/", { method: "POST", body });
    expect(response.status).to.equal(503);
    expect(Date.now() - start).to.be.below(promptly);
    expect(await response.text()).to.include('value="not &quot;lost&quot;"');
    proxy.mode("pass");
    await untilStatus(service, "/health/ready", 200);
  });
});

describe("when MongoDB is stopped and started again", () => {
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

  it("answers 503 in between, and afterwards everything is there", async function () {
    if (service === undefined) return void this.skip();
    const stored: unknown = await (await service.post({ before: true })).json();
    await server.process?.stop();
    await expectAway(service);
    await server.process?.start();
    await untilStatus(service, "/health/ready", 200);
    expect(await (await service.request("/data")).json()).to.deep.equal([stored]);
  });
});
