import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { freePort, isListening } from "../../service/dev/port.ts";
import { jsonInit } from "../../service/test/support/service.ts";
import { startProgram, type Running } from "./support/program.ts";

describe("npm run dev", function () {
  this.timeout(120_000);
  let directory: string;
  let running: Running | undefined;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "koa-mongo-stack-dev-"));
  });
  afterEach(async () => {
    running?.interrupt();
    await running?.exitCode();
    running = undefined;
  });
  after(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  const start = (port: number) => {
    running = startProgram("dev", { PORT: String(port), DATA_DIRECTORY: directory });
    return running;
  };

  /** Ctrl-C, and then nothing listens where service and MongoDB were. */
  async function expectEnd(program: Running, port: number): Promise<void> {
    const mongo = /mongodb:\/\/127\.0\.0\.1:(\d+)/.exec(program.output());
    program.interrupt();
    expect(await program.exitCode(), program.output()).to.equal(0);
    expect(await isListening(port)).to.equal(false);
    if (mongo !== null) expect(await isListening(Number(mongo[1]))).to.equal(false);
  }

  it("serves at the URL that it prints, ends with Ctrl-C, and has the documents when started again", async () => {
    const port = await freePort();
    const url = `http://localhost:${port}`;
    const first = start(port);
    await first.prints(new RegExp(`${url} answers`));
    const posted = await fetch(`${url}/data`, jsonInit('{"kept":true}'));
    expect(posted.status).to.equal(201);
    await first.prints(/^\d\d:\d\d:\d\d info POST \/data 201 [\d.]+ ms$/m);
    await expectEnd(first, port);

    const second = start(port);
    await second.prints(new RegExp(`${url} answers`));
    const location = url + (posted.headers.get("Location") ?? "");
    expect(await (await fetch(location)).json()).to.deep.equal(await posted.json());
    expect((await fetch(location, { method: "DELETE" })).status).to.equal(204);
    await expectEnd(second, port);
  });

  it("says that the port is in use, and starts nothing", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const program = start(port);
    expect(await program.exitCode()).to.equal(1);
    expect(program.output()).to.equal(
      `Port ${port} is in use: end what listens there, or choose another with PORT.\n`,
    );
    other.close();
  });

  it("says that a PORT is none", async () => {
    running = startProgram("dev", { PORT: "http" });
    expect(await running.exitCode()).to.equal(1);
    expect(running.output()).to.equal('PORT must be a whole number from 1 to 65535, not "http".\n');
  });
});
