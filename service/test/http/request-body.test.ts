import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as flushPromises } from "node:timers/promises";
import { expect } from "chai";
import Koa from "koa";
import { pino } from "pino";
import { answerErrors } from "../../http/problem.ts";
import { bodyLimit, readJson } from "../../http/request-body.ts";
import { open, received } from "../support/raw-connection.ts";

const head = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n";

describe("the body of a request", () => {
  /** Events for which the read added listeners. */
  let events: string[] = [];
  const app = new Koa().use(answerErrors(pino({ level: "silent" }))).use(async (ctx) => {
    ctx.req.on("newListener", (event: string) => void events.push(event));
    ctx.body = await readJson(ctx);
  });
  const handle = app.callback();
  const server = createServer((request, response) => void handle(request, response));
  const service = () => ({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  before(async () => {
    await once(server.listen(0, "127.0.0.1"), "listening");
  });
  beforeEach(() => void (events = []));
  after(() => server.close());

  /** Sends parts one after another, and returns the answer's status and body. */
  async function answerTo(...parts: readonly string[]): Promise<[status: string, body: string]> {
    const socket = await open(service());
    socket.setNoDelay(true);
    const answer = received(socket);
    for (const part of parts) {
      await new Promise((resolve) => socket.write(part, resolve));
      await flushPromises();
    }
    const [top = "", body = ""] = (await answer).split("\r\n\r\n", 2);
    return [top.slice(9, 12), body];
  }

  it("is read without listeners if it arrives with the head", async () => {
    expect(await answerTo(`${head}Content-Length: 7\r\n\r\n{"a":1}`)).to.deep.equal(["200", '{"a":1}']);
    expect(await answerTo(`${head}Content-Length: 0\r\n\r\n`)).to.deep.equal(["200", ""]);
    expect(events).not.to.include("data");
  });

  it("is read whole if it arrives in several parts", async () => {
    const parts = [`${head}Content-Length: 7\r\n\r\n`, '{"a"', ":", "1}"];
    expect(await answerTo(...parts)).to.deep.equal(["200", '{"a":1}']);
    expect(await answerTo(`${parts[0] ?? ""}{`, '"a":1}')).to.deep.equal(["200", '{"a":1}']);
    expect(events).to.include("data");
  });

  it("is read whole if its length is unknown", async () => {
    const chunks = '4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n';
    const answer = await answerTo(`${head}Transfer-Encoding: chunked\r\n\r\n${chunks}`);
    expect(answer).to.deep.equal(["200", '{"a":1}']);
    expect(await answerTo(`${head}\r\n`)).to.deep.equal(["200", ""]);
  });

  it("is incomplete if the client has left before the read", async () => {
    const problem = Promise.withResolvers<unknown>();
    const late = new Koa().use(async (ctx) => {
      await new Promise((resolve) => ctx.req.socket.once("close", resolve));
      problem.resolve(await readJson(ctx).catch((error: unknown) => error));
    });
    late.silent = true;
    const lateHandle = late.callback();
    const lateServer = createServer((request, response) => void lateHandle(request, response));
    await once(lateServer.listen(0, "127.0.0.1"), "listening");
    const socket = await open({ url: `http://127.0.0.1:${(lateServer.address() as AddressInfo).port}` });
    socket.write(`${head}Content-Length: 7\r\n\r\n{"a":1}`);
    await once(lateServer, "request");
    socket.resetAndDestroy();
    expect(await problem.promise).to.include({ status: 400, code: "incomplete_body" });
    lateServer.close();
  });

  it("is rejected over the limit if its length is unknown", async () => {
    const body = " ".repeat(bodyLimit + 1);
    const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    const [status] = await answerTo(`${head}Transfer-Encoding: chunked\r\n\r\n${chunked}`);
    expect(status).to.equal("413");
  });
});
