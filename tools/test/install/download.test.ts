import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { download } from "../../install/download.ts";
import { UserError } from "../../process/user-error.ts";
import { downloads, proxyVariables, type Downloads } from "../support/download-server.ts";

const content = Buffer.from("0123456789".repeat(10_000));

describe("download", () => {
  const environment = { ...process.env };
  let folder: string;
  let file: string;
  let server: Downloads;
  let lines: string[];

  beforeEach(async () => {
    for (const name of proxyVariables) Reflect.deleteProperty(process.env, name);
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-download-"));
    file = join(folder, "program.part");
    server = await downloads({ program: content });
    lines = [];
  });

  afterEach(() => {
    for (const name of proxyVariables) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, environment);
    server.close();
    rmSync(folder, { recursive: true });
  });

  async function run(url = `${server.url}/program`): Promise<void> {
    await download({ url, file, stall: 300, say: (line) => lines.push(line) });
  }

  /** Its sentence. */
  async function fault(url?: string): Promise<string> {
    try {
      await run(url);
    } catch (error) {
      expect(error).to.be.instanceOf(UserError);
      return (error as UserError).message;
    }
    throw new Error("It was downloaded.");
  }

  const isWhole = () => readFileSync(file).equals(content);

  it("brings a file, and says how far it is", async () => {
    await run();
    expect(isWhole()).to.equal(true);
    expect(server.requests()).to.deep.equal(["/program"]);
    expect(lines[0]).to.match(/^program: 0\.\d of 0\.1 MB$/);
  });

  it("goes on where an earlier run was cut off", async () => {
    writeFileSync(file, content.subarray(0, 60_000));
    await run();
    expect(isWhole()).to.equal(true);
    expect(server.requests()).to.deep.equal(["/program bytes=60000-"]);
  });

  it("goes on when the connection is cut", async () => {
    server.manners.cutAfter = 40_000;
    await run();
    expect(isWhole()).to.equal(true);
    expect(server.requests()).to.deep.equal(["/program", "/program bytes=40000-", "/program bytes=80000-"]);
    expect(lines).to.include("program: aborted, going on");
  });

  it("keeps what came before it gave up", async () => {
    server.manners.cutAfter = 10_000;
    expect(await fault()).to.equal(
      `${server.url}/program can't be downloaded: aborted. The next run goes on at 0.1 MB. ` +
        "Behind a proxy, set HTTPS_PROXY.",
    );
    expect(server.requests()).to.have.length(5);
    await run();
    expect(isWhole()).to.equal(true);
  });

  it("begins anew where the server knows no Range", async () => {
    server.manners.ranges = false;
    writeFileSync(file, "something of another time");
    await run();
    expect(isWhole()).to.equal(true);
    expect(server.requests()).to.deep.equal(["/program bytes=25-"]);
  });

  it("begins anew where there is more than the file has", async () => {
    writeFileSync(file, Buffer.concat([content, content]));
    await run();
    expect(isWhole()).to.equal(true);
    expect(server.requests()).to.deep.equal(["/program bytes=200000-", "/program"]);
  });

  for (const status of [403, 404, 503]) {
    it(`says the URL and the status when it is refused with ${status}`, async () => {
      server.manners.status = status;
      expect(await fault()).to.equal(`${server.url}/program answered HTTP ${status}.`);
      expect(server.requests()).to.deep.equal(["/program"]);
      expect(existsSync(file)).to.equal(false);
    });
  }

  it("says the URL and the reason when nobody answers", async () => {
    server.close();
    expect(await fault()).to.match(
      /^http:\S+\/program can't be downloaded: connect ECONNREFUSED \S+\. Behind a proxy, set HTTPS_PROXY\.$/,
    );
  });

  it("says the URL and the reason when nobody has its name", async () => {
    expect(await fault("http://nobody.invalid/program")).to.match(
      /^http:\/\/nobody\.invalid\/program can't be downloaded: getaddrinfo \w+ nobody\.invalid\. /,
    );
  });

  it("does not wait for a server that sends nothing more", async () => {
    Object.assign(server.manners, { cutAfter: 0, falls: "silent" });
    expect(await fault()).to.include("/program can't be downloaded: nothing came for 0.3 s. ");
  });

  it("says so when the disk is full", async function () {
    if (process.platform !== "linux") this.skip();
    symlinkSync("/dev/full", file);
    expect(await fault()).to.include("/program can't be downloaded: ENOSPC: no space left on device");
  });

  it("follows redirects, but not without end", async () => {
    const away = createServer((request, response) => {
      const location = request.url === "/once" ? `${server.url}/program` : "/again";
      response.writeHead(302, { location }).end();
    }).listen(0, "127.0.0.1");
    const port = await portOf(away);
    try {
      await run(`http://127.0.0.1:${port}/once`);
      expect(isWhole()).to.equal(true);
      rmSync(file);
      expect(await fault(`http://127.0.0.1:${port}/again`)).to.include(": it redirects without end. ");
    } finally {
      away.close();
    }
  });

  it("asks the proxy that the environment names", async () => {
    const asked: string[] = [];
    const proxy = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end(content);
    }).listen(0, "127.0.0.1");
    process.env.HTTP_PROXY = `http://127.0.0.1:${await portOf(proxy)}`;
    process.env.NO_PROXY = "127.0.0.1";
    try {
      await run("http://nobody.invalid/program");
      expect(asked).to.deep.equal(["http://nobody.invalid/program"]);
      await run();
      expect(asked).to.have.length(1);
    } finally {
      proxy.close();
    }
  });
});

async function portOf(server: Server): Promise<number> {
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
