import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { expectProblem } from "../support/expect-problem.ts";
import { answerOf, open, received } from "../support/raw-connection.ts";
import { startService, type TestService } from "../support/test-service.ts";

/** Writes a whole request before it reads, five times. Prints status, code and `Connection` of each answer. */
const writesFirst = `
import http.client, json, sys
host, method, path, headers, size, chunked = json.loads(sys.argv[1])
body = b" " * size
for _ in range(5):
    connection = http.client.HTTPConnection(host, timeout=20)
    try:
        if chunked:
            body = (b" " * 65536 for _ in range(size // 65536))
        connection.request(method, path, body, headers, encode_chunked=chunked)
        answer = connection.getresponse()
        print(answer.status, json.loads(answer.read())["code"], answer.getheader("Connection"))
    except OSError as error:
        print(error)
    connection.close()
`;

async function python(
  service: TestService,
  [method, path, headers, size, chunked = false]: Request,
): Promise<string[]> {
  const { host } = new URL(service.url);
  const args = [host, method, path, headers, size, chunked];
  const child = spawn("python3", ["-c", writesFirst, JSON.stringify(args)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return (await text(child.stdout)).trimEnd().split("\n");
}

type Request = [
  method: string,
  path: string,
  headers: Record<string, string>,
  bytes: number,
  chunked?: boolean,
];

const json = { "Content-Type": "application/json" };
const form = { "Content-Type": "application/x-www-form-urlencoded" };
const large = 20_000_000;
const head = "POST /data HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
const many = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`A${n}`, "b"]));

describe("an answer to a request with an unread body", function () {
  this.timeout(60_000);
  let service: TestService;
  let overloaded: TestService;
  before(async () => {
    service = await startService(undefined, {}, { lingerTimeoutMs: 3000, lingerIdleTimeoutMs: 1000 });
    overloaded = await startService(undefined, { heldBytes: 1, waitMs: 1, slowClientMs: 60_000 });
  });
  after(() => Promise.all([service.close(), overloaded.close()]));

  const rejected: [Request, string][] = [
    [["POST", "/data", json, large], "413 body_too_large"],
    [["POST", "/data", { ...json, "Transfer-Encoding": "chunked" }, large, true], "413 body_too_large"],
    [["POST", "/", form, large], "413 body_too_large"],
    [["POST", "/data", { "Content-Type": "text/csv" }, large], "415 unsupported_media_type"],
    [["POST", "/nothing", json, large], "404 not_found"],
    [["PUT", "/health", json, large], "405 method_not_allowed"],
    [["POST", "/", { ...form, Origin: "http://example.com" }, large], "403 cross_site_form"],
    [["POST", "/data", { ...json, ...many }, large], "431 too_many_headers"],
    [["POST", "/data", { ...json, A: "b".repeat(17 * 1024) }, large], "431 headers_too_large"],
    [["POST", "/data", { ...json, "Content Type": "x" }, large], "400 invalid_http"],
    [["POST", "/data", { ...json, Expect: "magic" }, large], "417 unknown_expectation"],
    [["GET", "/data?limit=0", json, large], "400 invalid_limit"],
  ];
  for (const [request, answer] of rejected) {
    const [method, path, , , chunked] = request;
    it(`reaches a client that writes 20 MB first: ${answer} to ${chunked ? "chunked " : ""}${method} ${path}`, async () => {
      expect(await python(service, request)).to.deep.equal(Array(5).fill(`${answer} close`));
    });
  }

  it("reaches such a client when the answer is 503", async () => {
    const request: Request = ["POST", "/data", json, large];
    // The memory limit is used up by a body that never arrives.
    const socket = await open(overloaded);
    socket.write(`${head}Expect: 100-continue\r\nContent-Length: 7\r\n\r\n`);
    await once(socket, "data");
    expect(await python(overloaded, request)).to.deep.equal(Array(5).fill("503 overloaded close"));
    socket.destroy();
  });

  it("keeps the connection open if the rest of the body is small", async () => {
    const answers = await python(service, ["POST", "/nothing", json, 50_000]);
    expect(answers).to.deep.equal(Array(5).fill("404 not_found keep-alive"));
  });

  it("comes before the body if the client expects 100-continue", async () => {
    for (const [type, status, code] of [
      ["application/json", 413, "body_too_large"],
      ["text/csv", 415, "unsupported_media_type"],
    ] as const) {
      const socket = await open(service);
      socket.write(
        `POST /data HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\n` +
          "Content-Length: 200000\r\nExpect: 100-continue\r\n\r\n",
      );
      await expectProblem(await answerOf(await received(socket)), status, code);
    }
  });

  it("comes after 100 Continue only if the body is read, and never for HTTP/1.0", async () => {
    for (const [version, first] of [
      ["1.1", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400"],
      ["1.0", "HTTP/1.1 400"],
    ] as const) {
      const socket = await open(service);
      socket.write(
        head.replace("1.1", version) +
          "Connection: close\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n",
      );
      if (version === "1.1") await once(socket, "readable").then(() => socket.write("{]"));
      else socket.write("{]");
      expect((await received(socket)).slice(0, first.length)).to.equal(first);
    }
  });

  it("is the last one of its connection: no further request is handled", async () => {
    const socket = await open(service);
    const body = " ".repeat(150_000);
    socket.write(`${head}Content-Length: ${body.length}\r\n\r\n`);
    await once(socket, "readable");
    socket.write(body + `${head}Content-Length: 2\r\n\r\n{}`);
    const answers = await received(socket);
    expect(answers.match(/HTTP\/1\.1 \d+/g)).to.deep.equal(["HTTP/1.1 413"]);
    expect(await (await service.request("/data")).json()).to.deep.equal([]);
  });

  /** Sends `part` every `everyMs` milliseconds, at most 60 times, even after the server has ended its side. */
  async function keepWriting(everyMs: number, part: Buffer): Promise<{ ms: number; parts: number }> {
    const { hostname, port } = new URL(service.url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    socket.on("error", () => undefined).resume();
    await once(socket, "connect");
    const start = performance.now();
    // Not `once` of `node:events`, which rejects when the connection is reset.
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.write(`${head}Content-Length: ${2 ** 40}\r\n\r\n`);
    let parts = 0;
    while (socket.writable && parts < 60) {
      parts++;
      const drained = new Promise((resolve) => socket.once("drain", resolve));
      const isFull = !socket.write(part);
      await Promise.race([closed, isFull ? drained : sleep(everyMs)]);
    }
    socket.destroy();
    await closed;
    return { ms: performance.now() - start, parts };
  }

  it("lets the client send at most 32 MiB more", async () => {
    const { parts } = await keepWriting(1, Buffer.alloc(1024 * 1024));
    expect(parts).to.be.within(30, 50);
  });

  it("lets the client send for at most 3 s", async () => {
    const { ms, parts } = await keepWriting(200, Buffer.from(" "));
    expect(ms).to.be.greaterThan(2900);
    expect(parts).to.be.lessThan(40);
  });

  it("lets the client pause for at most 1 s", async () => {
    const { parts } = await keepWriting(2500, Buffer.from(" "));
    expect(parts).to.be.lessThan(4);
  });
});
