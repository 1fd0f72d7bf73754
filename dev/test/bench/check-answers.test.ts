import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { expect } from "chai";
import { checkAnswers } from "../../bench/check-answers.ts";
import { names } from "../../bench/server-names.ts";
import { document } from "../../bench/workloads.ts";

/** Answers a request to the fake server. */
type Answer = (request: IncomingMessage) => Promise<readonly [status: number, body: unknown]>;

describe("checkAnswers", () => {
  let server: Server;
  let answer: Answer;
  beforeEach(async () => {
    server = createServer((request, response) => {
      void answer(request).then(([status, body]) => response.writeHead(status).end(JSON.stringify(body)));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const check = async (workload: "byId" | "insert" | "schemaInsert") => {
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    const running = { name: names.bare, pid: 0, url, startTimeMs: 0, close: () => Promise.resolve() };
    return await checkAnswers(running, [workload]).catch((error: unknown) => (error as Error).message);
  };
  const idOf = ({ url = "" }: IncomingMessage) => url.split("/").at(-1);
  const stored = { ...document, tags: ["canned", "benchmark"] };
  let inserted = 0;
  const insert: Answer = async (request) => {
    return [201, { _id: String(inserted++), ...((await json(request)) as object) }];
  };

  it("accepts the requested document", async () => {
    answer = (request) => Promise.resolve([200, { _id: idOf(request), ...stored }]);
    expect(await check("byId")).to.equal(undefined);
  });

  it("rejects a document other than the requested one", async () => {
    answer = () => Promise.resolve([200, { _id: "690000000000000000000001", ...stored }]);
    expect(await check("byId")).to.match(/^node:http \+ driver, byId: answers \[200,{"_id":"69.*01"/);
  });

  it("accepts inserts, each with an id of its own", async () => {
    answer = insert;
    expect(await check("insert")).to.equal(undefined);
  });

  it("rejects inserts that share an id", async () => {
    answer = async (request) => [201, { _id: "1", ...((await json(request)) as object) }];
    expect(await check("insert")).to.equal("node:http + driver, insert: 16 inserts have 1 different ids");
  });

  it("rejects a server that has no schema", async () => {
    answer = async (request) => {
      const [status, body] = await insert(request);
      return [status, { ...(body as object), currency: "EUR" }];
    };
    expect(await check("schemaInsert")).to.equal(
      "node:http + driver, schemaInsert: answers 201 to an invalid order",
    );
  });

  it("repeats a request while a server sheds load", async () => {
    let answers = 0;
    answer = (request) =>
      answers++ < 3 ? Promise.resolve([503, {}]) : Promise.resolve([200, { _id: idOf(request), ...stored }]);
    expect(await check("byId")).to.equal(undefined);
  });
});
