import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { bodyCopies, requestBytes } from "../../http/admission.ts";
import { bodyLimit } from "../../http/request-body.ts";
import { expectProblem } from "../support/expect-problem.ts";
import { answerOf, open } from "../support/raw-connection.ts";
import { startService, type TestService } from "../support/test-service.ts";

const count = 3;
const lengths = { declared: `Content-Length: ${bodyLimit}`, unknown: "Transfer-Encoding: chunked" };
/** A JSON object of the maximum size. */
const body = `{"a":"${" ".repeat(bodyLimit - 8)}"}`;

describe("slow uploads", () => {
  /** While a request waits for memory, the uploads become old enough to end. */
  const limits = { slowClientMs: 200, waitMs: 500, overloadedWaitMs: 500 };
  let service: TestService;
  const sockets: Socket[] = [];
  before(async () => {
    service = await startService(undefined, {
      ...limits,
      heldBytes: count * (requestBytes + bodyCopies * bodyLimit),
    });
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });
  after(() => service.close());

  /** Begins an upload, and waits until the service reads the body. */
  async function upload(length = lengths.declared) {
    const socket = await open(service);
    sockets.push(socket);
    const head = "POST /data HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    socket.write(`${head}Expect: 100-continue\r\n${length}\r\n\r\n`);
    const [first] = (await once(socket, "data")) as [Buffer];
    expect(first.toString()).to.equal("HTTP/1.1 100 Continue\r\n\r\n");
    return { socket, answer: nextAnswer(socket) };
  }

  /** Uploads that hold all memory. */
  const uploadAll = (length?: string) => Promise.all(Array.from({ length: count }, () => upload(length)));

  const statuses = (all: readonly { answer: Promise<string> }[]) =>
    Promise.all(all.map(async ({ answer }) => (await answerOf(await answer)).status));

  for (const [what, length] of Object.entries(lengths)) {
    it(`of ${what} length get 408 before a waiting request would get 503`, async () => {
      const slow = await uploadAll(length);
      const drip = setInterval(() => {
        for (const { socket } of slow) socket.write(length === lengths.unknown ? "1\r\n \r\n" : " ");
      }, 50);
      try {
        expect((await service.post({ polite: true })).status).to.equal(201);
        for (const { answer } of slow) {
          const response = await answerOf(await answer);
          expect(response.headers.get("Connection")).to.equal("close");
          await expectProblem(response, 408, "request_timeout");
        }
      } finally {
        clearInterval(drip);
      }
      // The service has all of its memory again.
      await uploadAll();
    });
  }

  it("continue while no request waits for memory", async () => {
    const slow = await upload();
    await sleep(limits.waitMs + limits.slowClientMs);
    expect((await service.post({ polite: true })).status).to.equal(201);
    slow.socket.write(body);
    expect(await statuses([slow])).to.deep.equal([201]);
  });

  it("continue if most of the body has arrived", async () => {
    const most = await uploadAll();
    for (const { socket } of most) socket.write(body.slice(0, -1));
    await expectProblem(await service.post({ polite: true }), 503, "overloaded");
    for (const { socket } of most) socket.write(body.slice(-1));
    expect(await statuses(most)).to.deep.equal([201, 201, 201]);
  });

  it("continue if their bodies arrived while the process was paused", async () => {
    const all = await uploadAll();
    const waiting = service.post({ polite: true });
    // The service answers a later request only after the first one waits.
    expect((await service.request("/health/live")).status).to.equal(200);
    for (const { socket } of all) socket.write(body);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, limits.waitMs + limits.slowClientMs);
    expect(await statuses(all)).to.deep.equal([201, 201, 201]);
    expect((await waiting).status).to.be.oneOf([201, 503]);
  });

  it("leave probes their answers", async () => {
    await uploadAll();
    const waiting = service.post({ polite: true });
    for (const path of ["/health/live", "/health/ready"]) {
      expect((await service.request(path)).status, path).to.equal(200);
    }
    expect((await waiting).status).to.equal(201);
  });
});

/** The next answer with a JSON object as its body, or what arrived before the connection closed. */
async function nextAnswer(socket: Socket): Promise<string> {
  let text = "";
  const complete = Promise.withResolvers<undefined>();
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    if (text.endsWith("}")) complete.resolve(undefined);
  });
  socket.once("close", () => {
    complete.resolve(undefined);
  });
  await complete.promise;
  return text;
}
