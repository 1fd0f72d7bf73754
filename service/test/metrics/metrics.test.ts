import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { createMetrics, type ReadableMetrics } from "../../metrics/metrics.ts";
import { createMetricsServer } from "../../metrics/metrics-server.ts";
import { answerOf, open, received, send } from "../support/raw-connection.ts";
import { startService, type TestService } from "../support/test-service.ts";

const get = "GET /data HTTP/1.1\r\nHost: x\r\n\r\n";

/** Sends requests in one write, so that all arrive at once even on a busy machine. Returns the answers. */
async function together(service: TestService, requests: string): Promise<string> {
  const socket = await open(service);
  socket.write(`${requests}GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  return await received(socket);
}

describe("metrics", () => {
  let metrics: ReadableMetrics;
  let service: TestService;
  before(async () => {
    metrics = createMetrics();
    service = await startService(undefined, {}, {}, { metrics });
  });
  after(() => service.close());

  /** Value of a series, as Prometheus would read it. */
  async function value(series: string): Promise<number | undefined> {
    const line = (await metrics.text()).split("\n").find((text) => text.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  }
  const request = (labels: string) => value(`http_request_duration_seconds_count{${labels}}`);

  it("count requests by route and status, not by path", async () => {
    const posted = await service.post({ counted: true });
    await service.request(posted.headers.get("Location") ?? "");
    await service.request(`/data/${"0".repeat(24)}`);
    await service.request("/nothing/a");
    await service.request("/nothing/b");
    expect(await request('method="POST",route="/data",status="201"')).to.equal(1);
    expect(await request('method="GET",route="/data/:id",status="200"')).to.equal(1);
    expect(await request('method="GET",route="/data/:id",status="404"')).to.equal(1);
    expect(await request('method="GET",route="none",status="404"')).to.equal(2);
  });

  it("count problems by code, from 0 for the codes of alerts", async () => {
    expect(await value('http_problems_total{code="overloaded"}')).to.equal(0);
    const before = (await value('http_problems_total{code="invalid_limit"}')) ?? 0;
    await service.request("/data?limit=0");
    expect(await value('http_problems_total{code="invalid_limit"}')).to.equal(before + 1);
  });

  it("record how many requests share a read and an insert, and MongoDB's duration", async () => {
    const names = ["data_shared_read_requests", "mongodb_operation_duration_seconds"];
    const labels = ['{operation="list"}', '{operation="list",outcome="ok"}'];
    const post =
      "POST /data HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n";
    const answers = await together(service, get.repeat(30) + `${post}{"n":1}`.repeat(30));
    expect(answers.match(/HTTP\/1\.1 20[01] /g)).to.have.length(61);
    expect(await value(`${names[0]}_sum${labels[0]}`)).to.equal(30);
    const reads = await value(`${names[0]}_count${labels[0]}`);
    expect(reads).to.be.within(1, 29);
    expect(await value(`${names[1]}_count${labels[1]}`)).to.equal(reads);
    expect(await value("data_group_commit_documents_sum")).to.equal(31);
    expect(await value("data_group_commit_documents_count")).to.be.within(2, 30);
  });

  it("count the connections to MongoDB by state", async () => {
    const idle = () => value('mongodb_pool_connections{state="idle"}');
    const end = Date.now() + 5000;
    while ((await idle()) !== 10 && Date.now() < end) await sleep(50);
    expect(await idle()).to.equal(10);
    expect(await value('mongodb_pool_connections{state="in_use"}')).to.equal(0);
    expect(await value("mongodb_pool_waiting")).to.equal(0);
  });

  it("show whether MongoDB answers, without a request to the service", async () => {
    const separateMetrics = createMetrics();
    const up = async () => /^mongodb_up (.*)$/m.exec(await separateMetrics.text())?.[1];
    expect(await up()).to.equal("0");
    separateMetrics.database({ reach: () => Promise.resolve() });
    expect(await up()).to.equal("1");
    separateMetrics.database({ reach: () => Promise.reject(new Error("unavailable")) });
    expect(await up()).to.equal("0");
    expect(await value("mongodb_up")).to.equal(1);
  });

  it("have series for the errors of shed requests from the start", async () => {
    const text = await createMetrics().text();
    for (const method of ["GET", "POST"]) {
      expect(text).to.include(
        `http_request_duration_seconds_count{method="${method}",route="none",status="503"} 0\n`,
      );
    }
  });

  it("have series for a route's errors before the first error, so that Prometheus counts it", async () => {
    await service.request("/books");
    for (const status of [500, 503]) {
      expect(await request(`method="GET",route="/books",status="${status}"`)).to.equal(0);
    }
    await service.request("/books");
    expect(await request('method="GET",route="/books",status="200"')).to.equal(2);
  });

  it("include the delay of the event loop", async () => {
    expect(await value("nodejs_eventloop_lag_p99_seconds")).to.be.greaterThan(0);
  });

  it("are at /metrics of a separate server, which serves nothing else", async () => {
    const server = createMetricsServer(metrics).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const response = await fetch(`${url}/metrics`);
      expect(response.headers.get("Content-Type")).to.match(/^text\/plain; version=0\.0\.4/);
      expect(await response.text()).to.include("# TYPE http_request_duration_seconds histogram");
      expect((await fetch(url)).status).to.equal(404);
      expect((await fetch(`${url}/metrics`, { method: "POST" })).status).to.equal(404);
      expect((await service.request("/metrics")).status).to.equal(404);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

describe("metrics of an overloaded service", () => {
  it("count shed requests", async () => {
    const metrics = createMetrics();
    const service = await startService(undefined, { heldBytes: 1, waitMs: 1 }, {}, { metrics });
    try {
      const answers = await together(service, get.repeat(20));
      const shed = answers.match(/HTTP\/1\.1 503 /g) ?? [];
      expect(shed).not.to.have.length(0);
      expect(await metrics.text()).to.include(`http_problems_total{code="overloaded"} ${shed.length}`);
    } finally {
      await service.close();
    }
  });
});

describe("metrics of requests that are rejected before they reach a route", () => {
  let metrics: ReadableMetrics;
  let service: TestService;
  beforeEach(async () => {
    metrics = createMetrics();
    const limits = { headersTimeoutMs: 500, requestTimeoutMs: 1500, checkIntervalMs: 50 };
    service = await startService(undefined, {}, limits, { metrics });
  });
  afterEach(() => service.close());

  /** Series of requests except readiness, and of problems with this code. Waits up to 2 s for the first one. */
  async function counted(code: string): Promise<string[]> {
    const end = Date.now() + 2000;
    for (;;) {
      const found = (await metrics.text())
        .split("\n")
        .filter(
          (line) =>
            /^http_request_duration_seconds_count(?!.*ready).* [^0]/.test(line) ||
            line.includes(`{code="${code}"}`),
        );
      if (found.length > 0 || Date.now() > end) return found;
      await sleep(50);
    }
  }

  for (const [what, bytes, status, code] of [
    ["headers that are too large", `GET / HTTP/1.1\r\nA: ${"b".repeat(17 * 1024)}`, 431, "headers_too_large"],
    ["bytes that are not HTTP", "hello\r\n\r\n", 400, "invalid_http"],
    ["headers that never end", "GET / HTTP/1.1\r\nHost: x\r\n", 408, "request_timeout"],
    ["CONNECT", "CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n", 405, "method_not_allowed"],
  ] as const) {
    it(`count ${what} as a problem, and not as a request`, async () => {
      expect((await send(service, bytes)).status).to.equal(status);
      expect(await counted(code)).to.deep.equal([`http_problems_total{code="${code}"} 1`]);
    });
  }

  it("count a body that never ends exactly once, with the status of its answer", async () => {
    const socket = await open(service);
    socket.write(
      "POST /data HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
    );
    expect((await answerOf(await received(socket))).status).to.equal(408);
    expect(await counted("request_timeout")).to.deep.equal([
      'http_request_duration_seconds_count{method="POST",route="/data",status="408"} 1',
      'http_problems_total{code="request_timeout"} 1',
    ]);
    expect(await metrics.text()).not.to.include("incomplete_body");
  });
});
