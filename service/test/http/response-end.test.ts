import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { expect } from "chai";
import Koa, { type Context } from "koa";
import { pino } from "pino";
import { LeanKoa } from "../../http/lean-koa.ts";
import { logRequests } from "../../http/request-log.ts";
import { countRequests, logBrokenAnswers, observe } from "../../http/request-observer.ts";
import { open } from "../support/raw-connection.ts";

/** A call of the log or the metrics, and whether the answer was sent by then. */
type Report = [what: string, status: number, isSent: boolean];

/** Sends one request to a server with log and metrics. `answer` sets the answer, or lets the client leave. */
async function reportsOf(
  answer: (ctx: Context, leave: () => void) => void | Promise<void>,
): Promise<Report[]> {
  const reports: Report[] = [];
  const both = Promise.withResolvers<undefined>();
  let response: ServerResponse | undefined;
  const report = (what: string, status: number) => {
    reports.push([what, status, response?.writableFinished === true]);
    if (reports.length === 2) both.resolve(undefined);
  };
  const write = (line: string) => {
    report("log", (JSON.parse(line) as { status: number }).status);
  };
  const request = (_method: string, _route: string | undefined, status: number) => {
    report("metrics", status);
  };
  const leaving = new AbortController();
  const app = new Koa()
    .use(observe(logRequests(pino({}, { write })), countRequests({ request })))
    .use(async (ctx) => {
      response = ctx.res;
      await answer(ctx, () => {
        leaving.abort();
      });
    });
  const handle = app.callback();
  const server = createServer((request, reply) => void handle(request, reply)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await fetch(url, { signal: leaving.signal }).catch(() => undefined);
  await both.promise;
  server.close();
  server.closeAllConnections();
  return reports;
}

describe("log and metrics", () => {
  it("run once the answer is sent, and the request does not wait for them", async () => {
    const reports = await reportsOf((ctx) => {
      ctx.body = "here";
    });
    expect(reports).to.have.deep.members([
      ["log", 200, true],
      ["metrics", 200, true],
    ]);
  });

  it("get the intended status when the client disconnects early", async () => {
    const reports = await reportsOf(async (ctx, leave) => {
      leave();
      await once(ctx.res, "close");
      ctx.status = 202;
    });
    expect(reports).to.have.deep.members([
      ["log", 202, false],
      ["metrics", 202, false],
    ]);
  });
});

describe("an answer that breaks off", () => {
  /** Lines of the log after a client that leaves while the answer is prepared. */
  async function linesAfter(leave: (socket: Socket) => void): Promise<unknown[]> {
    const lines: unknown[] = [];
    const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
    const logged = Promise.withResolvers<undefined>();
    const app = new LeanKoa()
      .use(
        observe(logBrokenAnswers(logger), () => {
          logged.resolve(undefined);
        }),
      )
      .use(async (ctx) => {
        leave(client);
        if (!ctx.res.closed) await once(ctx.res, "close");
        ctx.body = "late";
      });
    const handle = app.callback();
    const server = createServer((request, reply) => void handle(request, reply)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const client = await open({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await logged.promise;
    server.close();
    return lines;
  }

  it("is logged with the error of the connection", async () => {
    const [line, ...others] = await linesAfter((socket) => socket.resetAndDestroy());
    expect(line).to.deep.include({ level: 40, msg: "the answer was not sent completely" });
    expect(line).to.have.property("reason", "read ECONNRESET");
    expect(others).to.deep.equal([]);
  });

  it("is not logged if the client ends the connection", async () => {
    expect(await linesAfter((socket) => socket.destroy())).to.deep.equal([]);
  });
});
