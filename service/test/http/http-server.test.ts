import { once } from "node:events";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { pino } from "pino";
import { serverLimits } from "../../http/server-limits.ts";
import { createHttpServer } from "../../http/http-server.ts";
import { expectProblem } from "../support/expect-problem.ts";
import { answerOf, open, received, send } from "../support/raw-connection.ts";
import { startService, type TestService } from "../support/test-service.ts";

const json = "Content-Type: application/json\r\n";
const post = `POST /data HTTP/1.1\r\nHost: x\r\n${json}`;
const closing = "Connection: close\r\n";

describe("the HTTP server", () => {
  let service: TestService;
  before(async () => {
    service = await startService();
  });
  after(() => service.close());
  afterEach(async () => {
    // No rejected request has stored a document.
    expect(await (await service.request("/data")).json()).to.deep.equal([]);
  });

  const rejected: [string, string, number, string][] = [
    ["bytes that are not HTTP", "hello\r\n\r\n", 400, "invalid_http"],
    ["HTTP/2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "invalid_http"],
    ["a TLS handshake", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "invalid_http"],
    ["an unknown method", "STEAL /data HTTP/1.1\r\nHost: x\r\n\r\n", 400, "invalid_http"],
    ["NUL in the path", "GET /data\0 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "invalid_http"],
    ["NUL in a header", "GET /data HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n", 400, "invalid_http"],
    ["a header with a space before its colon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400, "invalid_http"],
    ["two lengths", `${post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`, 400, "invalid_http"],
    [
      "a length and chunks, which smuggles a request past a proxy",
      `${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
      400,
      "invalid_http",
    ],
    ["a negative length", `${post}Content-Length: -1\r\n\r\n{}`, 400, "invalid_http"],
    [
      "a chunk without a valid length",
      `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`,
      400,
      "invalid_http",
    ],
    ["no Host", `GET /data HTTP/1.1\r\n${closing}\r\n`, 400, "invalid_host"],
    ["two Hosts", `GET /data HTTP/1.1\r\nHost: a\r\nHost: b\r\n${closing}\r\n`, 400, "invalid_host"],
    ["an unknown Expect", `${post}Expect: magic\r\nContent-Length: 2\r\n\r\n{}`, 417, "unknown_expectation"],
    ["CONNECT", "CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n", 405, "method_not_allowed"],
    ...[101, 102, 1000].map((count): [string, string, number, string] => [
      `${count} headers`,
      `GET /data HTTP/1.1\r\nHost: x\r\n${"A: b\r\n".repeat(count - 1)}\r\n`,
      431,
      "too_many_headers",
    ]),
    [
      "10,000 headers",
      `GET /data HTTP/1.1\r\nHost: x\r\n${"A: b\r\n".repeat(10_000)}\r\n`,
      431,
      "headers_too_large",
    ],
    ["17 KiB in a header", `GET /data HTTP/1.1\r\nA: ${"b".repeat(17 * 1024)}`, 431, "headers_too_large"],
    [
      "17 KiB in the path",
      `GET /${"b".repeat(17 * 1024)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      431,
      "headers_too_large",
    ],
    [
      "17 KiB of chunk extensions",
      `${post}Transfer-Encoding: chunked\r\n\r\n2;${"b".repeat(17 * 1024)}\r\n{}\r\n0\r\n\r\n`,
      413,
      "body_too_large",
    ],
    [
      "a chunked body of 1 MiB",
      `${post}Transfer-Encoding: chunked\r\n\r\n100000\r\n${" ".repeat(0x100000)}\r\n0\r\n\r\n`,
      413,
      "body_too_large",
    ],
    ["an announced body of 1 TiB", `${post}Content-Length: 1099511627776\r\n\r\n{`, 413, "body_too_large"],
  ];
  for (const [what, bytes, status, code] of rejected) {
    it(`answers ${status} ${code} to ${what}, and closes the connection`, async () => {
      await expectProblem(await send(service, Buffer.from(bytes, "latin1")), status, code);
    });
  }

  for (const head of ["Content-Length: 50\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n5\r\n{"]) {
    it(`answers 400 incomplete_body when the client ends after ${JSON.stringify(head)}`, async () => {
      const socket = await open(service);
      socket.end(post + head);
      await expectProblem(await answerOf(await received(socket)), 400, "incomplete_body");
    });
  }

  it("names the limit and the value in the problem", async () => {
    const headers = (count: number, name: string) =>
      `GET /data HTTP/1.1\r\nHost: x\r\n${`${name}: b\r\n`.repeat(count)}\r\n`;
    const tooMany = "The request has 101 headers, and the limit is 100.";
    await expectProblem(await send(service, headers(100, "A")), 431, "too_many_headers", tooMany);
    const tooLarge = "The request line and the headers have more than 16384 bytes.";
    await expectProblem(await send(service, headers(10_000, "A")), 431, "headers_too_large", tooLarge);
    const hosts = "The request has 2 `Host` headers: send exactly one.";
    await expectProblem(await send(service, headers(1, "Host")), 400, "invalid_host", hosts);
  });

  it("accepts 100 headers", async () => {
    const headers = `Host: x\r\n${closing}${"A: b\r\n".repeat(98)}`;
    expect((await send(service, `GET /data HTTP/1.1\r\n${headers}\r\n`)).status).to.equal(200);
  });

  it("accepts HTTP/1.0 without Host", async () => {
    expect((await send(service, "GET /data HTTP/1.0\r\n\r\n")).status).to.equal(200);
  });

  it("does not handle a request that is hidden in another request's body", async () => {
    const hidden = "POST /data HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
    const outer = `${post}Content-Length: ${hidden.length}\r\n${closing}\r\n${hidden}`;
    await expectProblem(await send(service, outer), 400, "invalid_json");
  });

  it("logs a rejected request with the request id of the answer", async () => {
    const response = await send(service, "hello\r\n\r\n");
    const line = service.log.findLast(({ msg }) => msg === "request rejected");
    expect(line).to.include({ requestId: response.headers.get("X-Request-Id"), code: "invalid_http" });
  });

  it("answers a request before invalid bytes at most once, and closes the connection", async () => {
    const socket = await open(service);
    socket.write("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\nrubbish\r\n\r\n");
    const text = await received(socket);
    expect(text.match(/HTTP\/1\.1/g)?.length ?? 0).to.be.at.most(2);
    if (text !== "") expect((await answerOf(text)).status).to.be.oneOf([200, 400]);
  });
});

describe("the HTTP server's limits", () => {
  let service: TestService;
  const limits = {
    headersTimeoutMs: 400,
    requestTimeoutMs: 3500,
    keepAliveTimeoutMs: 1000,
    stalledTimeoutMs: 4000,
    checkIntervalMs: 50,
    maxConnections: 5,
  };
  const all = { ...serverLimits, ...limits };
  before(async () => {
    service = await startService(undefined, {}, limits);
  });
  after(() => service.close());

  it("answers 408 to headers that never end", async () => {
    const socket = await open(service);
    const drip = setInterval(() => socket.write("A: b\r\n"), 100);
    socket.write("GET /data HTTP/1.1\r\nHost: x\r\n");
    const start = performance.now();
    const detail = "The headers took more than 0.4 s to arrive.";
    try {
      await expectProblem(await answerOf(await received(socket)), 408, "request_timeout", detail);
      expect(performance.now() - start).to.be.within(limits.headersTimeoutMs, limits.requestTimeoutMs);
    } finally {
      clearInterval(drip);
    }
  });

  it("closes an unused connection like an idle one, without an answer", async () => {
    const logged = service.log.length;
    const start = performance.now();
    expect(await received(await open(service))).to.equal("");
    expect(performance.now() - start).to.be.within(limits.keepAliveTimeoutMs, limits.requestTimeoutMs);
    expect(service.log.slice(logged)).to.deep.equal([]);
  });

  it("answers on a connection that a proxy opened long before its request", async () => {
    const keepAliveService = await startService(undefined, {}, { ...limits, keepAliveTimeoutMs: 20_000 });
    try {
      const socket = await open(keepAliveService);
      await sleep(limits.headersTimeoutMs * 3);
      socket.write(`GET /data HTTP/1.1\r\nHost: x\r\n${closing}\r\n`);
      expect((await answerOf(await received(socket))).status).to.equal(200);
      // From its first byte on, an unused connection has the same limits as any other.
      const slow = await open(keepAliveService);
      await sleep(limits.headersTimeoutMs * 3);
      slow.write("GET /data HTTP/1.1\r\n");
      await expectProblem(await answerOf(await received(slow)), 408, "request_timeout");
    } finally {
      await keepAliveService.close();
    }
  });

  for (const [what, head, part] of [
    ["a body", "Content-Length: 100", " "],
    ["a chunked body", "Transfer-Encoding: chunked", "1\r\n \r\n"],
  ] as const) {
    it(`answers 408 to ${what} that never ends, and stores nothing`, async () => {
      const socket = await open(service);
      socket.write(`${post}${head}\r\n\r\n`);
      const drip = setInterval(() => socket.write(part), 100);
      const detail = "The request took more than 3.5 s to arrive.";
      try {
        await expectProblem(await answerOf(await received(socket)), 408, "request_timeout", detail);
      } finally {
        clearInterval(drip);
      }
      expect(await (await service.request("/data")).json()).to.deep.equal([]);
    });
  }

  it("closes idle connections after the keep-alive timeout", async () => {
    const socket = await open(service);
    socket.write("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
    const start = performance.now();
    expect((await answerOf(await received(socket))).status).to.equal(200);
    expect(performance.now() - start).to.be.within(limits.keepAliveTimeoutMs, limits.requestTimeoutMs);
  });

  it("closes a connection whose client does not read its answer", async () => {
    const closed = Promise.withResolvers<boolean>();
    const handle: RequestListener = (_request, response) => {
      response.on("close", () => {
        closed.resolve(response.writableFinished);
      });
      response.end(Buffer.alloc(64 * 1024 * 1024));
    };
    const server = createHttpServer({ handle, logger: pino({ level: "silent" }), limits: all }).listen(0);
    await once(server, "listening");
    const socket = await open({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    socket.pause().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(await closed.promise).to.equal(false);
    socket.destroy();
    server.close();
  });

  it("limits its connections, and closes idle ones for new ones", async () => {
    await sleep(limits.keepAliveTimeoutMs + 200);
    const busy = await Promise.all(Array.from({ length: limits.maxConnections }, () => open(service)));
    const first = await open(service);
    // There is no answer, because the server has no socket left for this connection.
    expect(await received(first)).to.equal("");
    for (const socket of busy.slice(1)) {
      socket.write("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
      await once(socket, "data");
    }
    expect(await received(await open(service))).to.equal("");
    expect((await service.request("/health/live")).status).to.equal(200);
    for (const socket of busy) socket.destroy();
  });

  it("also closes unused connections for new ones", async () => {
    const few = { ...limits, headersTimeoutMs: 20_000, keepAliveTimeoutMs: 20_000, stalledTimeoutMs: 20_000 };
    const full = await startService(undefined, {}, { ...few, requestTimeoutMs: 20_000 });
    try {
      const silent = await Promise.all(Array.from({ length: limits.maxConnections }, () => open(full)));
      await sleep(1100);
      // The server has no socket left for one of these two, and drops that connection.
      const late = [await open(full), await open(full)];
      await Promise.all(silent.map((socket) => received(socket)));
      for (const socket of late) socket.destroy();
      expect((await full.request("/health/live")).status).to.equal(200);
    } finally {
      await full.close();
    }
  });
});
