import { once } from "node:events";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { expect } from "chai";
import Koa, { type Middleware } from "koa";
import { LeanKoa } from "../../http/lean-koa.ts";

/** Answers one request with `handle`, and returns the answer without its date. */
async function answerOf(handle: RequestListener, method: string): Promise<unknown> {
  const server = createServer(handle).listen(0, "127.0.0.1");
  await once(server, "listening");
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { method });
  const headers = [...response.headers].filter(([name]) => name !== "date");
  const answer = { status: response.status, headers, text: await response.text() };
  server.close();
  server.closeAllConnections();
  return answer;
}

async function answerWith(app: Koa, middleware: Middleware, method = "GET"): Promise<unknown> {
  app.silent = true;
  const handle = app.use(middleware).callback();
  return await answerOf((request, response) => void handle(request, response), method);
}

const answers: Record<string, Middleware> = {
  "a text": (ctx) => void (ctx.body = "hällo"),
  "an empty text": (ctx) => void (ctx.body = ""),
  bytes: (ctx) => void (ctx.body = Buffer.from([1, 2, 255])),
  "an object": (ctx) => void (ctx.body = { a: 1 }),
  "a stream": (ctx) => void (ctx.body = Readable.from(["a", "b"])),
  "a status without a body": (ctx) => void (ctx.status = 202),
  "a text that 204 does not send": (ctx) => {
    ctx.body = "gone";
    ctx.status = 204;
  },
  "a status that has no text": (ctx) => {
    ctx.status = 304;
    ctx.body = "unchanged";
  },
  "nothing at all": () => undefined,
  "an error": () => {
    throw new Error("unexpected");
  },
  "an error with a status": (ctx) => ctx.throw(418, "short and stout"),
};

describe("LeanKoa", () => {
  for (const [what, middleware] of Object.entries(answers)) {
    for (const method of ["GET", "HEAD"]) {
      it(`answers ${method} with ${what}, as Koa does`, async () => {
        const lean = await answerWith(new LeanKoa(), middleware, method);
        expect(lean).to.deep.equal(await answerWith(new Koa(), middleware, method));
      });
    }
  }

  it("adds no listener to the connection or the response of a text", async () => {
    const counts: number[] = [];
    // Koa adds its listeners right before the end of the answer.
    const count: RequestListener = ({ socket }, response) => {
      const end = response.end.bind(response) as (body?: unknown) => ServerResponse;
      response.end = (body?: unknown) => {
        counts.push(...["close", "error"].map((name) => socket.listenerCount(name)));
        counts.push(...["close", "finish"].map((name) => response.listenerCount(name)));
        return end(body);
      };
    };
    await answerOf((request, response) => {
      count(request, response);
      response.end();
    }, "GET");
    await answerWith(new LeanKoa(), (ctx) => {
      count(ctx.req, ctx.res);
      ctx.body = "here";
    });
    expect(counts.length).to.equal(8);
    expect(counts.slice(4)).to.deep.equal(counts.slice(0, 4));
  });
});
