import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { bundle } from "../../bundle.ts";
import { codeCacheOf, loadBundle } from "../../code-cache/cached-bundle.ts";
import { freePort } from "../../dev/free-port.ts";
import { untilStatus } from "../support/test-service.ts";

describe("the code cache", function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "koa-mongo-stack-code-cache-"));
    await bundle(folder);
  });
  after(() => rm(folder, { recursive: true }));

  /** Runs a file of the bundle, without MongoDB. */
  async function spawnFile(file: string, overrides: Record<string, string> = {}) {
    const port = await freePort();
    const env = {
      PORT: String(port),
      HOST: "127.0.0.1",
      MONGODB_URI: `mongodb://127.0.0.1:${await freePort()}/app`,
      DRAIN_MS: "0",
      ...overrides,
    };
    return { port, child: spawn(process.execPath, [join(folder, file)], { env, stdio: "ignore" }) };
  }

  /** Whether V8 rejects the cache, in a process that has not compiled the bundle yet. */
  async function isRejected(): Promise<string> {
    const module = pathToFileURL(join(import.meta.dirname, "../../code-cache/cached-bundle.ts")).href;
    const load = `import { loadBundle } from "${module}"; console.log(loadBundle(process.argv[1]).script.cachedDataRejected)`;
    const args = ["--input-type=module", "--eval", load, folder];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    return (await text(child.stdout)).trim();
  }

  /** Starts the service, and waits until it answers. */
  async function starts(): Promise<void> {
    const { port, child } = await spawnFile("main.cjs");
    const request = (path: string) =>
      fetch(`http://127.0.0.1:${port}${path}`).catch(() => new Response("", { status: 599 }));
    try {
      await untilStatus({ request }, "/health/live", 200);
    } finally {
      child.kill("SIGKILL");
    }
  }

  it("has the functions that the service ran, too", async () => {
    const unused = loadBundle(folder).script.createCachedData().length;
    const { child } = await spawnFile("compile.cjs");
    expect(await once(child, "exit")).to.deep.equal([0, null]);
    const { size } = await stat(codeCacheOf(folder));
    expect(size).to.be.greaterThan(3 * unused);
    expect(await isRejected()).to.equal("false");
    await starts();
  });

  it("is made of a service that ends at once, too", async () => {
    await rm(codeCacheOf(folder), { force: true });
    const { child } = await spawnFile("compile.cjs", { PORT: "none" });
    expect(await once(child, "exit")).to.deep.equal([0, null]);
    expect((await stat(codeCacheOf(folder))).size).to.be.greaterThan(0);
  });

  it("is not used if another Node made it", async () => {
    await writeFile(codeCacheOf(folder), "of another Node");
    expect(await isRejected()).to.equal("true");
    await starts();
  });
});
