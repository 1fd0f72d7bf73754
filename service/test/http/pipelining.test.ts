import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { pino } from "pino";
import { createHttpServer } from "../../http/http-server.ts";
import { serverLimits } from "../../http/server-limits.ts";
import { open, received } from "../support/raw-connection.ts";

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

describe("pipelined requests", () => {
  const begun: ServerResponse[] = [];
  const server = createHttpServer({
    handle: (_request: IncomingMessage, response) => void begun.push(response),
    logger: pino({ level: "silent" }),
    limits: { ...serverLimits, maxPipelined: 10 },
  });
  const service = () => ({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  before(async () => {
    await once(server.listen(0, "127.0.0.1"), "listening");
  });
  beforeEach(() => void begun.splice(0));
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  async function begins(count: number): Promise<void> {
    while (begun.length < count) await new Promise((resolve) => setImmediate(resolve));
  }

  it("are answered up to the limit, and again after these answers", async () => {
    const socket = await open(service());
    for (let round = 1; round <= 3; round++) {
      socket.write(get.repeat(10));
      await begins(10 * round);
      for (const response of begun.slice(-10)) response.end("x");
      await Promise.all(begun.filter(({ closed }) => !closed).map((response) => once(response, "close")));
    }
    expect(socket.destroyed).to.equal(false);
    socket.destroy();
  });

  it("close the connection above the limit, and further ones are not handled", async () => {
    const socket = await open(service());
    socket.write(get.repeat(1000));
    await received(socket);
    expect(begun).to.have.length(10);
  });
});
