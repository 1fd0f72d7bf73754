import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { download, type Download } from "../../install/download.ts";
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
    file = join(folder, "program");
    server = await downloads({ program: content });
    lines = [];
  });

  afterEach(() => {
    for (const name of proxyVariables) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, environment);
    server.close();
    rmSync(folder, { recursive: true });
  });

  async function run(changed: Partial<Download> = {}): Promise<void> {
    const say = (line: string) => lines.push(line);
    const url = `${server.url}/program`;
    await download({ url, file, digest: sha256(content), stallMs: 300, say, ...changed });
  }

  /** The message of the download's error. */
  async function errorOf(changed?: Partial<Download>): Promise<string> {
    try {
      await run(changed);
    } catch (error) {
      expect(error).to.be.instanceOf(UserError);
      return (error as UserError).message;
    }
    throw new Error("It was downloaded.");
  }

  const isWhole = () => readFileSync(file).equals(content);

  it("downloads a file, and says how far it is", async () => {
    await run();
    expect(isWhole()).to.equal(true);
    expect(server.requests()).to.deep.equal(["/program"]);
    expect(lines[0]).to.match(/^program: 0\.\d of 0\.1 MB$/);
  });

  it("starts again when the connection breaks", async () => {
    server.behavior.cutAfter = 40_000;
    await run({
      say(line) {
        lines.push(line);
        if (line.endsWith("starting again")) server.behavior.cutAfter = undefined;
      },
    });
    expect(isWhole()).to.equal(true);
    expect(server.requests()).to.deep.equal(["/program", "/program"]);
    expect(lines).to.include("program: aborted, starting again");
  });

  it("fails after three retries, and leaves nothing", async () => {
    server.behavior.cutAfter = 10_000;
    expect(await errorOf()).to.equal(
      `${server.url}/program can't be downloaded: aborted. Behind a proxy, set HTTPS_PROXY.`,
    );
    expect(server.requests()).to.have.length(4);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it("downloads the whole file over the part that a killed run left", async () => {
    writeFileSync(`${file}.part`, Buffer.concat([content, content]));
    await run();
    expect(isWhole()).to.equal(true);
    expect(readdirSync(folder)).to.deep.equal(["program"]);
  });

  it("deletes a file with another checksum, and doesn't retry", async () => {
    server.files.program = Buffer.from("another");
    expect(await errorOf()).to.equal(
      `${server.url}/program returned another file, which was deleted: ` +
        `its checksum is ${sha256(Buffer.from("another"))}, not ${sha256(content)}.`,
    );
    expect(server.requests()).to.deep.equal(["/program"]);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  for (const status of [403, 404, 503]) {
    it(`says the URL and the status when the server answers ${status}`, async () => {
      server.behavior.status = status;
      expect(await errorOf()).to.equal(`${server.url}/program answered HTTP ${status}.`);
      expect(server.requests()).to.deep.equal(["/program"]);
      expect(readdirSync(folder)).to.deep.equal([]);
    });
  }

  it("says the URL and the reason when no server answers", async () => {
    server.close();
    expect(await errorOf()).to.match(
      /^http:\S+\/program can't be downloaded: connect ECONNREFUSED \S+\. Behind a proxy, set HTTPS_PROXY\.$/,
    );
  });

  it("says the URL and the reason when DNS does not know the host", async () => {
    expect(await errorOf({ url: "http://nobody.invalid/program" })).to.match(
      /^http:\/\/nobody\.invalid\/program can't be downloaded: getaddrinfo \w+ nobody\.invalid\. /,
    );
  });

  it("does not wait for a server that sends nothing more", async () => {
    Object.assign(server.behavior, { cutAfter: 0, falls: "silent" });
    expect(await errorOf()).to.include("/program can't be downloaded: no data for 0.3 s. ");
  });

  it("says so when the disk is full", async function () {
    if (process.platform !== "linux") this.skip();
    symlinkSync("/dev/full", `${file}.part`);
    expect(await errorOf()).to.include("/program can't be downloaded: ENOSPC: no space left on device");
  });

  it("follows redirects, but not without end", async () => {
    const redirecting = createServer((request, response) => {
      const location = request.url === "/once" ? `${server.url}/program` : "/again";
      response.writeHead(302, { location }).end();
    }).listen(0, "127.0.0.1");
    const port = await portOf(redirecting);
    try {
      await run({ url: `http://127.0.0.1:${port}/once` });
      expect(isWhole()).to.equal(true);
      rmSync(file);
      expect(await errorOf({ url: `http://127.0.0.1:${port}/again` })).to.include(": too many redirects. ");
    } finally {
      redirecting.close();
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
      await run({ url: "http://nobody.invalid/program" });
      expect(asked).to.deep.equal(["http://nobody.invalid/program"]);
      await run();
      expect(asked).to.have.length(1);
    } finally {
      proxy.close();
    }
  });
});

function sha256(bytes: Buffer): `sha256:${string}` {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

async function portOf(server: Server): Promise<number> {
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
