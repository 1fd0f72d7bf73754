import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { MongoClient } from "mongodb";
import { run, type Mix } from "../../bench/bench-load.ts";
import { startCanned } from "../../bench/start-contender.ts";

describe("the benchmark's load", () => {
  let server: Server;
  let asked: string[];
  let status: number;
  beforeEach(async () => {
    asked = [];
    status = 200;
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        asked.push(`${request.method ?? ""} ${Buffer.concat(chunks).toString().slice(0, 8)}`.trim());
        response.writeHead(status, { "Content-Length": 100_000 }).end("x".repeat(100_000));
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const measure = (mix: Mix, clients = 4) => {
    const { port } = server.address() as AddressInfo;
    return run({ port, pid: process.pid, clients, mix, warmUpMs: 50, durationMs: 300 });
  };

  for (const [mix, kinds] of [
    ["GET", ["GET"]],
    ["POST", ['POST {"name":']],
    ["mixed", ["GET", 'POST {"name":']],
  ] as const) {
    it(`asks ${mix}, and counts whole answers`, async () => {
      const { rate, p50, p99, failed } = await measure(mix);
      expect([...new Set(asked)].sort()).to.deep.equal(kinds);
      expect(rate * 0.3).to.be.within(4, asked.length);
      expect(p50).to.be.greaterThan(0).and.at.most(p99);
      expect(failed).to.equal(0);
    });
  }

  it("counts answers that are not right", async () => {
    status = 503;
    expect((await measure("GET")).failed).to.be.within(1, asked.length);
  });

  it("fails when the server ends a connection", async () => {
    setTimeout(() => {
      server.closeAllConnections();
    }, 100);
    const failure = await measure("GET").catch((error: unknown) => error);
    expect(String(failure)).to.equal("Error: a connection failed or ended");
  });
});

describe("the canned database", () => {
  it("answers a driver's reads and writes", async () => {
    const database = await startCanned();
    const client = new MongoClient(database.uri);
    try {
      const data = client.db().collection("data");
      const page = await data.find().limit(20).toArray();
      expect(page).to.have.length(20);
      expect(page[0]?.createdAt).to.be.an.instanceOf(Date);
      expect((await data.insertOne({ a: 1 })).acknowledged).to.equal(true);
      await data.insertMany(Array.from({ length: 100 }, (_, i) => ({ i, text: "x".repeat(5000) })));
    } finally {
      await client.close();
      await database.close();
    }
  });
});
