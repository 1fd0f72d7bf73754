import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { startService, type TestService } from "../../../service/test/support/test-service.ts";
import { createClient, type Client } from "../../../tools/traffic/http-client.ts";
import { findDocument, Ledger } from "../../cluster-tests/traffic/write-ledger.ts";
import { startLoad, type Result } from "../../../tools/traffic/open-loop.ts";
import { mixedRequests } from "../../cluster-tests/traffic/verified-requests.ts";

async function results(client: Client, count: number, ledger = new Ledger()): Promise<Result[]> {
  const send = mixedRequests(client, ledger, () => 0);
  const all: Result[] = [];
  for (let i = 0; i < count; i++) all.push(await send());
  return all;
}

describe("mixedRequests, with the service", () => {
  let service: TestService;
  let client: Client;
  before(async () => {
    service = await startService();
    client = createClient(service.url, { connections: 20 });
  });
  after(async () => {
    client.close();
    await service.close();
  });

  it("gets only correct answers, and finds all acknowledged documents", async () => {
    const ledger = new Ledger();
    const load = startLoad({
      rate: 100,
      maxInFlight: 20,
      maxWaitMs: 5000,
      send: mixedRequests(client, ledger, () => load.now()),
    });
    while (load.samples.length < 200) await sleep(10);
    await load.stop();
    expect(load.samples.filter(({ outcome }) => outcome !== "ok")).to.deep.equal([]);
    const requests = load.samples.length;
    const acknowledged = ledger.acknowledged(0, load.now());
    // One in four requests adds a document.
    expect(acknowledged).to.be.within(requests / 5, requests / 3.3);
    expect(await ledger.losses((id) => findDocument(client, id))).to.deep.equal([]);
    await service.clear();
    // One in twenty requests deletes a document.
    const losses = await ledger.losses((id) => findDocument(client, id));
    expect(losses.length).to.be.within(acknowledged - requests / 15, acknowledged);
  });

  it("finds lost, changed and restored documents", async () => {
    const ledger = new Ledger();
    for (const id of ["a", "b", "c", "d"]) ledger.stored(id, { n: 1, text: id }, 7);
    ledger.deleted("c");
    ledger.unknown("d");
    const stored = new Map([
      ["b", { n: 2, text: "b" }],
      ["c", { n: 1, text: "c" }],
    ]);
    expect(await ledger.losses((id) => Promise.resolve(stored.get(id)))).to.deep.equal([
      { id: "a", at: 7, what: "lost" },
      { id: "b", at: 7, what: "changed" },
      { id: "c", at: 7, what: "deleted, but found again" },
    ]);
  });
});

describe("mixedRequests, with a server that answers wrongly", () => {
  let server: Server;
  let answer: { status: number; body: string } | "hang up";
  let client: Client;
  before(async () => {
    server = createServer((request, response) => {
      request.resume();
      if (answer === "hang up") request.socket.destroy();
      else response.writeHead(answer.status).end(answer.body);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    client = createClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { connections: 5 });
  });
  after(() => {
    client.close();
    server.close();
  });

  it("distinguishes 503, wrong answers and broken connections", async () => {
    answer = { status: 503, body: '{"code":"overloaded"}' };
    expect((await results(client, 1))[0]).to.deep.equal({ outcome: "shed", why: "overloaded" });
    answer = { status: 200, body: "no JSON" };
    expect((await results(client, 1))[0]).to.include({ outcome: "wrong" });
    answer = { status: 404, body: '{"code":"not_found"}' };
    expect((await results(client, 1))[0]).to.include({ outcome: "wrong" });
    answer = "hang up";
    expect((await results(client, 1))[0]).to.include({ outcome: "broken" });
  });

  it("detects a document that differs from the stored one", async () => {
    const ledger = new Ledger();
    ledger.stored("0123456789abcdef01234567", { n: 1, text: "a" }, 0);
    answer = { status: 200, body: '{"n":1,"text":"b"}' };
    expect((await results(client, 1, ledger))[0]).to.include({ outcome: "wrong" });
    answer = { status: 200, body: '{"n":1,"text":"a"}' };
    expect((await results(client, 1, ledger))[0]).to.deep.equal({ outcome: "ok" });
  });

  it("reports a rejected connection if nothing listens", async () => {
    const nowhere = createClient("http://127.0.0.1:1", { connections: 5 });
    expect((await results(nowhere, 1))[0]).to.deep.equal({ outcome: "refused", why: "POST ECONNREFUSED" });
    nowhere.close();
  });
});
