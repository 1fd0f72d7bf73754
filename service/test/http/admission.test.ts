import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import type { Context } from "koa";
import { admitRequests, bodyCopies, requestBytes, type AdmissionLimits } from "../../http/admission.ts";
import { bodyLimit } from "../../http/request-body.ts";
import { startBehindProxy, type BehindProxy } from "../support/behind-proxy.ts";
import { measureLag } from "../support/event-loop-lag.ts";
import { flushPromises } from "../support/pending-operations.ts";
import { open } from "../support/raw-connection.ts";
import { untilStatus, type TestService } from "../support/test-service.ts";

const most = 20;
/** Memory for `most` small requests, and timeouts for a busy machine. */
const room = {
  heldBytes: most * requestBytes,
  waitingBytes: 1000 * requestBytes,
  waitMs: 10_000,
  overloadedWaitMs: 10_000,
  slowClientMs: 10_000,
};

describe("admission", () => {
  let behind: BehindProxy;
  let proxy: BehindProxy["proxy"];
  let service: TestService;
  before(async () => {
    behind = await startBehindProxy(room);
    ({ proxy, service } = behind);
    // Opens all connections of the pool before a test adds long delays.
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
  const statuses = async (answers: Promise<Response>[]) =>
    (await Promise.all(answers)).map(({ status }) => status);

  it("lets requests wait that find no room, and serves them", async () => {
    proxy.delay(100);
    expect(await statuses(send(3 * most))).to.deep.equal(Array<number>(3 * most).fill(200));
  });

  it("always answers a probe", async () => {
    proxy.delay(200);
    const admitted = send(most);
    await sleep(50);
    for (const path of ["/health/live", "/health/ready", "/health"]) {
      expect((await service.request(path)).status, path).to.equal(200);
    }
    await Promise.all(admitted);
  });

  it("has all of its room again, whatever became of those before", async () => {
    proxy.delay(200);
    const leaving = new AbortController();
    const left = Promise.allSettled(send(most, { signal: leaving.signal }));
    await sleep(50);
    leaving.abort();
    await left;
    const socket = await open(service);
    socket.write("GET /data?limit=1 HTTP/1.1\r\nHost: x\r\n\r\n".repeat(most));
    await sleep(50);
    socket.resetAndDestroy();
    await untilStatus(service, "/data", 200);
    await Promise.all(["/nothing", "/data?limit=0", "/data/x"].map((path) => service.request(path)));
    expect(await statuses(send(most))).to.deep.equal(Array<number>(most).fill(200));
  });
});

describe("admitRequests", () => {
  /** Runs requests through the middleware. Each ends when its answer is `sent`. */
  function setUp(limits: Partial<AdmissionLimits> = {}) {
    const admit = admitRequests({ ...room, ...limits });
    let running = 0;
    const begin = (headers: Record<string, string> = {}, answerBytes = 0) => {
      const res = Object.assign(new EventEmitter(), { closed: false });
      const response: { length: number | undefined } = { length: undefined };
      const work = Promise.withResolvers<undefined>();
      const req = Object.assign(new EventEmitter(), { headers });
      const ctx = { path: "/data", req, res, response, state: {} } as unknown as Context;
      const ended = Promise.resolve(
        admit(ctx, () => {
          running++;
          return work.promise;
        }),
      );
      return {
        ended,
        /** Ends the work. The answer is complete, but not sent. */
        async answer() {
          response.length = answerBytes;
          work.resolve(undefined);
          await ended;
        },
        sent: () => res.emit("close"),
      };
    };
    return { begin, running: () => running };
  }

  it("counts the copies of a body", async () => {
    const { begin, running } = setUp({ heldBytes: 3 * (requestBytes + bodyCopies * 90_000) });
    for (let i = 0; i < 5; i++) begin({ "content-length": "90000" });
    await flushPromises();
    expect(running()).to.equal(3);
  });

  it("counts a body of unknown length as the longest", async () => {
    const { begin, running } = setUp({ heldBytes: 2 * (requestBytes + bodyCopies * bodyLimit) });
    for (let i = 0; i < 5; i++) begin({ "transfer-encoding": "chunked" });
    await flushPromises();
    expect(running()).to.equal(2);
  });

  it("counts an answer until the client has read it", async () => {
    const { begin, running } = setUp({ heldBytes: 3 * 100_000 });
    const large = begin({}, 280_000);
    await large.answer();
    for (let i = 0; i < 10; i++) begin();
    await flushPromises();
    expect(running()).to.equal(1 + 3);
    large.sent();
    await flushPromises();
    expect(running()).to.equal(1 + 10);
  });

  it("takes a request that is larger than all the room when it is alone", async () => {
    const { begin, running } = setUp({ heldBytes: 1 });
    const first = begin({ "content-length": "90000" });
    begin();
    await flushPromises();
    expect(running()).to.equal(1);
    await first.answer();
    first.sent();
    await flushPromises();
    expect(running()).to.equal(2);
  });

  it("rejects a request that gets no room in time with 503, and a time to come back", async () => {
    const { begin, running } = setUp({ heldBytes: 1, waitMs: 50 });
    begin();
    const start = performance.now();
    const problem: unknown = await begin().ended.catch((error: unknown) => error);
    expect(performance.now() - start).to.be.at.least(49);
    expect(problem).to.deep.include({ status: 503, code: "overloaded", headers: { "Retry-After": "2" } });
    expect(running()).to.equal(1);
  });

  it("rejects a request at once if the waiting requests hold too much", async () => {
    const { begin } = setUp({ heldBytes: 1 });
    for (let i = 0; i <= 1000; i++) begin();
    const problem: unknown = await begin().ended.catch((error: unknown) => error);
    expect(problem).to.include({ status: 503, code: "overloaded" });
  });

  it("admits a small request behind a large one that waited too long", async () => {
    const { begin, running } = setUp({ heldBytes: 3 * requestBytes + bodyCopies * 90_000, waitMs: 50 });
    begin({ "content-length": "90000" });
    const large = begin({ "content-length": "90000" });
    const small = begin();
    await large.ended.catch(() => undefined);
    await Promise.race([small.ended.catch(() => undefined), flushPromises()]);
    expect(running()).to.equal(2);
  });

  it("counts the part of a waiting request's body that Node reads in advance", async () => {
    const { begin } = setUp({ heldBytes: 1, waitingBytes: 3 * (requestBytes + 64 * 1024) });
    const large = { "content-length": "90000" };
    begin();
    const waiting = [begin(large), begin(large), begin(large)];
    const problem: unknown = await begin(large).ended.catch((error: unknown) => error);
    expect(problem).to.include({ status: 503, code: "overloaded" });
    const first = await Promise.race([
      ...waiting.map(({ ended }) =>
        ended.then(
          () => "ended",
          () => "rejected",
        ),
      ),
      flushPromises().then(() => "none"),
    ]);
    expect(first).to.equal("none");
  });

  it("lets requests wait only shortly once the queue has not been empty for long", async () => {
    const { begin } = setUp({ heldBytes: 1, waitMs: 2000, overloadedWaitMs: 1 });
    begin();
    const rejected = (request: { ended: Promise<unknown> }, name: string) => request.ended.catch(() => name);
    const first = rejected(begin(), "first");
    await sleep(1000);
    const second = rejected(begin(), "second");
    await first;
    expect(await Promise.race([rejected(begin(), "latest"), second])).to.equal("latest");
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

  it("serves requests together that come faster than MongoDB answers, and probes", async () => {
    // Ten connections of 250 ms serve 40 operations per second, and the load is 100 per second.
    proxy.delay(250);
    const { answers, probes, longest } = await load();
    proxy.delay(0);
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([201, 404]));
    expect(new Set(probes)).to.deep.equal(new Set([200]));
    expect(longest).to.be.below(2000);
  });

  it("answers within the deadline while MongoDB stands still for 0.9 s of every second", async () => {
    const still = setInterval(() => {
      proxy.delay(900);
      setTimeout(() => {
        proxy.delay(0);
      }, 100);
    }, 1000);
    const { answers, longest } = await load();
    clearInterval(still);
    proxy.delay(0);
    expect(answers.filter(({ status }) => status !== 503)).to.have.length.greaterThan(100);
    expect(longest).to.be.below(2000);
    await untilStatus(service, "/data", 200);
  });

  /** Sends 200 requests within two seconds. */
  async function load() {
    const lag = measureLag();
    const probes: number[] = [];
    const asked: ReturnType<typeof timed>[] = [];
    for (let i = 0; i < 200; i++) {
      // Each request is for another document, because requests for the same document would share a read.
      const id = String(i).padStart(24, "0");
      asked.push(timed(i % 4 === 0 ? service.post({ i }) : service.request(`/data/${id}`)));
      if (i % 50 === 49) probes.push((await service.request("/health/ready")).status);
      await sleep(10);
    }
    const answers = await Promise.all(asked);
    return { answers, probes, longest: Math.max(...answers.map(({ ms }) => ms)) - lag() };
  }
});

async function timed(response: Promise<Response>) {
  const start = performance.now();
  const { status, ...answer } = await response.then(async (given) => ({
    status: given.status,
    body: (await given.json()) as { code?: string },
  }));
  return { status, code: answer.body.code, ms: performance.now() - start };
}
