import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { startBehindProxy, type BehindProxy } from "../support/behind-proxy.ts";
import { measureLag } from "../support/event-loop-lag.ts";
import { expectProblem } from "../support/expect-problem.ts";
import { open } from "../support/raw-connection.ts";
import { jsonInit, untilStatus, type TestService } from "../support/test-service.ts";

const most = 20;

describe("load shedding", () => {
  let behind: BehindProxy;
  let proxy: BehindProxy["proxy"];
  let service: TestService;
  before(async () => {
    behind = await startBehindProxy(most);
    ({ proxy, service } = behind);
    // The pool gets all of its connections while none is awaited for long.
    proxy.delay(40);
    for (let i = 0; i < 3; i++) await Promise.all(send(most));
  });
  afterEach(async () => {
    proxy.delay(0);
    await untilStatus(service, "/data", 200);
  });
  after(() => behind.close());

  const send = (count: number, init?: RequestInit) =>
    Array.from({ length: count }, () => service.request("/data?limit=1", init));

  async function expectRefusal(): Promise<void> {
    const [start, lag] = [performance.now(), measureLag()];
    const refused = await service.request("/data", jsonInit('{"a":1}'));
    expect(performance.now() - start - lag()).to.be.below(150);
    expect(refused.headers.get("Retry-After")).to.match(/^\d+$/);
    await expectProblem(refused, 503, "overloaded");
  }

  it("answers 503 at once to what comes while the most requests are in flight", async () => {
    proxy.delay(200);
    const admitted = send(most);
    await sleep(50);
    await expectRefusal();
    const statuses = (await Promise.all(admitted)).map(({ status }) => status);
    expect(statuses).to.deep.equal(Array<number>(most).fill(200));
  });

  it("never refuses a probe", async () => {
    proxy.delay(200);
    const admitted = send(most);
    await sleep(50);
    for (const path of ["/health/live", "/health/ready", "/health"]) {
      expect((await service.request(path)).status, path).to.equal(200);
    }
    await Promise.all(admitted);
  });

  it("has room again for as many, whatever became of those before", async () => {
    proxy.delay(200);
    const leaving = new AbortController();
    const left = Promise.allSettled(send(most, { signal: leaving.signal }));
    await sleep(50);
    leaving.abort();
    await left;
    await untilStatus(service, "/data", 200);
    await Promise.all(["/nothing", "/data?limit=0", "/data/x"].map((path) => service.request(path)));
    const statuses = (await Promise.all(send(most))).map(({ status }) => status);
    expect(statuses).to.deep.equal(Array<number>(most).fill(200));
  });

  it("has room again after a client has left whose answers waited for one another, and logs each", async () => {
    proxy.delay(200);
    const logged = () => service.log.filter(({ msg, path }) => msg === "request" && path === "/data").length;
    const before = logged();
    const socket = await open(service);
    socket.write("GET /data?limit=1 HTTP/1.1\r\nHost: x\r\n\r\n".repeat(most));
    await sleep(50);
    await expectRefusal();
    socket.resetAndDestroy();
    const end = Date.now() + 3000;
    while (logged() - before <= most && Date.now() < end) await sleep(50);
    expect(logged() - before).to.equal(most + 1);
    const statuses = (await Promise.all(send(most))).map(({ status }) => status);
    expect(statuses).to.deep.equal(Array<number>(most).fill(200));
  });

  it("counts the work of a client that has left until it is done", async () => {
    proxy.delay(400);
    const leaving = new AbortController();
    const left = Promise.allSettled(send(most, { signal: leaving.signal }));
    await sleep(50);
    leaving.abort();
    await left;
    await expectRefusal();
  });

  it("counts a request whose body is still coming", async () => {
    const headers = { "Content-Type": "application/json", "Content-Length": "7" };
    const slow = Array.from({ length: most }, () => {
      const sending = request(`${service.url}/data`, { method: "POST", headers });
      sending.on("error", () => undefined).write("{");
      return sending;
    });
    // To ask earlier would take a place from one of them.
    await sleep(500);
    await expectRefusal();
    for (const sending of slow) sending.destroy();
  });
});

describe("with a slow MongoDB", () => {
  let behind: BehindProxy;
  let proxy: BehindProxy["proxy"];
  let service: TestService;
  before(async () => {
    behind = await startBehindProxy();
    ({ proxy, service } = behind);
  });
  after(() => behind.close());

  it("answers in less than a second, or sheds, and is whole again at once", async () => {
    // Ten connections of 250 ms make 40 a second; 100 are asked for.
    proxy.delay(250);
    const lag = measureLag();
    const probes: number[] = [];
    const asked: Promise<{ status: number; code: string | undefined; ms: number }>[] = [];
    for (let i = 0; i < 200; i++) {
      asked.push(
        // Each another document: requests for the same one would share their way to MongoDB.
        timed(i % 4 === 0 ? service.post({ i }) : service.request(`/data/${String(i).padStart(24, "0")}`)),
      );
      if (i % 50 === 49) probes.push((await service.request("/health/ready")).status);
      await sleep(10);
    }
    const answers = await Promise.all(asked);
    expect(probes).to.deep.equal([200, 200, 200, 200]);
    const shed = answers.filter(({ status }) => status === 503);
    expect(shed.length).to.be.within(20, 180);
    expect(new Set(shed.map(({ code }) => code))).to.include("overloaded");
    expect(answers.length - shed.length).to.be.greaterThan(20);
    const times = answers.filter(({ status }) => status !== 503).map(({ ms }) => ms);
    expect(Math.max(...times) - lag()).to.be.below(1000);
    proxy.delay(0);
    await untilStatus(service, "/data", 200);
  });
});

async function timed(response: Promise<Response>) {
  const start = performance.now();
  const { status, ...answer } = await response.then(async (given) => ({
    status: given.status,
    body: (await given.json()) as { code?: string },
  }));
  return { status, code: answer.body.code, ms: performance.now() - start };
}
