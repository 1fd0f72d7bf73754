import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { MongoClient, ObjectId } from "mongodb";
import { run } from "../../bench/bench-load.ts";
import { startCanned } from "../../bench/start-contender.ts";
import { document, ids, type Workload } from "../../bench/workloads.ts";

describe("the benchmark's load", () => {
  let server: Server;
  let requests: string[];
  let status: number;
  beforeEach(async () => {
    requests = [];
    status = 200;
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const path = (request.url ?? "").replace(/[0-9a-f]{24}/, "ID");
        requests.push(
          `${request.method ?? ""} ${path} ${Buffer.concat(chunks).toString().slice(0, 8)}`.trim(),
        );
        response.writeHead(status, { "Content-Length": 100_000 }).end("x".repeat(100_000));
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const measure = (workload: Workload, clients = 4) => {
    const { port } = server.address() as AddressInfo;
    return run({
      url: `http://127.0.0.1:${port}`,
      pid: process.pid,
      clients,
      workload,
      warmUpMs: 50,
      durationMs: 500,
    });
  };

  for (const [workload, kinds] of [
    ["hot", ["GET /data?limit=20"]],
    ["byId", ["GET /data/ID"]],
    ["insert", ['POST /data {"name":']],
    ["mix", ["GET /data/ID", 'POST /data {"name":']],
    ["schemaInsert", ['POST /orders {"number']],
    ["schemaRead", ["GET /orders/ID"]],
  ] as const) {
    it(`sends ${workload}, and counts complete answers`, async () => {
      const { answers, rate, p50, p99, cpu, failed } = await measure(workload);
      expect([...new Set(requests)].sort()).to.deep.equal(kinds);
      // A chunk of an answer is no answer. A busy machine answers few.
      expect(answers).to.be.within(1, requests.length);
      expect(rate).to.be.greaterThan(0);
      expect(p50).to.be.greaterThan(0).and.at.most(p99);
      expect(cpu).to.be.greaterThan(0);
      expect(failed).to.equal(0);
    });
  }

  it("counts wrong answers", async () => {
    status = 503;
    expect((await measure("hot")).failed).to.be.within(1, requests.length);
  });

  it("fails when the server ends a connection", async () => {
    server.once("request", () => {
      server.closeAllConnections();
    });
    const failure = await measure("hot").catch((error: unknown) => error);
    expect(String(failure)).to.equal("Error: a connection failed or ended");
  });
});

describe("the canned database", () => {
  let database: Awaited<ReturnType<typeof startCanned>>;
  let client: MongoClient;
  before(async () => {
    database = await startCanned();
    client = new MongoClient(database.uri);
  });
  after(async () => {
    await client.close();
    await database.close();
  });
  const collection = (name: string) => client.db().collection(name);
  const [first, second] = ids.slice(0, 2).map((id) => new ObjectId(id)) as [ObjectId, ObjectId];

  it("finds a page", async () => {
    const page = await collection("data").find().limit(20).toArray();
    expect(page).to.have.length(20);
    expect(page[0]?.createdAt).to.be.an.instanceOf(Date);
  });

  it("finds a document by its id", async () => {
    const found = await collection("data").findOne({ _id: second });
    expect(found).to.deep.include({ _id: second, name: document.name, text: document.text });
    expect(await collection("orders").findOne({ _id: first })).to.deep.include({ _id: first, total: 99.5 });
  });

  it("finds documents by their ids, in one read", async () => {
    const wanted = ids.slice(0, 64).map((id) => new ObjectId(id));
    const found = await collection("data")
      .find({ _id: { $in: wanted } })
      .toArray();
    expect(found.map(({ _id }) => _id)).to.deep.equal(wanted);
  });

  it("inserts one document, and many", async () => {
    expect((await collection("data").insertOne({ a: 1 })).acknowledged).to.equal(true);
    const many = Array.from({ length: 100 }, (_, i) => ({ i, text: "x".repeat(5000) }));
    expect((await collection("data").insertMany(many, { ordered: false })).insertedCount).to.equal(100);
    // The driver counts what it sent. The answer to a command has the database's own number.
    const { n } = await client.db().command({ insert: "data", documents: many.slice(0, 7) });
    expect(n).to.equal(7);
  });
});
