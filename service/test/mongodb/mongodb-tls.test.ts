import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";
import { expect } from "chai";
import mongoose from "mongoose";
import { pino } from "pino";
import { openDatabase, type Database } from "../../mongodb/mongodb-connection.ts";
import { sharedMongoDB } from "../support/hooks.ts";
import { ca, certificate, key } from "../support/test-certificates.ts";

/** Starts a server that passes decrypted data to a MongoDB without TLS. */
async function terminateTls(host: string, port: number): Promise<Server> {
  const server = createServer({ cert: certificate, key }, (client) => {
    const upstream = connect(port, host);
    client.pipe(upstream).pipe(client);
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
  });
  // A client that rejects the certificate is not an error of the server.
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

describe("a MongoDB with TLS and a private CA", () => {
  let folder: string;
  let server: Server;
  let database: Database | undefined;
  const log: { msg: string; err?: { message: string } }[] = [];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-tls-"));
    const { hostname, port } = new URL((await sharedMongoDB()).uri);
    server = await terminateTls(hostname, Number(port || 27017));
  });
  beforeEach(() => {
    log.length = 0;
  });
  afterEach(async () => {
    await database?.close();
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  function open(options: string, certificates?: string): Database {
    const caFile = join(folder, "ca.pem");
    if (certificates !== undefined) writeFileSync(caFile, certificates);
    const { port } = server.address() as AddressInfo;
    const uri = `mongodb://127.0.0.1:${port}/test-tls${options}`;
    const write = (line: string) => void log.push(JSON.parse(line) as (typeof log)[number]);
    const logger = pino({}, { write });
    return openDatabase({ uri, logger, deadlineMs: 2000, ...(certificates !== undefined && { caFile }) });
  }

  async function firstFailure(opened: Database): Promise<string | undefined> {
    for (;;) {
      const failed = log.find(({ err }) => err !== undefined);
      if (failed !== undefined) return `${failed.msg}: ${failed.err?.message}`;
      if (opened.connection.readyState === mongoose.ConnectionStates.connected) return "connected";
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  for (const options of ["?tls=true", ""]) {
    it(`accepts connections with the CA, over TLS, by ${options === "" ? "the file alone" : options}`, async () => {
      database = open(options, ca);
      expect(await firstFailure(database)).to.equal("connected");
      expect(await database.ping()).to.be.greaterThan(0);
    });
  }

  it("rejects connections without the CA, and the log has the reason", async () => {
    database = open("?tls=true");
    expect(await firstFailure(database)).to.match(
      /^can't connect to MongoDB yet: unable to verify the first certificate/,
    );
  });

  it("rejects connections with another CA", async () => {
    database = open("", certificate);
    expect(await firstFailure(database)).to.match(/^can't connect to MongoDB yet: unable to/);
  });
});
