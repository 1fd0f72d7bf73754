import { spawn } from "node:child_process";
import { mkdtemp, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { bundle } from "../../bundle.ts";
import { readBundle } from "../../code-cache/packed-bundle.ts";
import { freePort } from "../../dev/free-port.ts";
import { requestTo, untilStatus } from "../support/test-service.ts";

describe("the packed bundle", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "koa-mongo-stack-packed-"));
    await bundle(folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function spawnScript(script: string, overrides: Record<string, string> = {}) {
    const port = await freePort();
    const env = {
      PORT: String(port),
      HOST: "127.0.0.1",
      METRICS_PORT: String(await freePort()),
      MONGODB_URI: `mongodb://127.0.0.1:${await freePort()}/app`,
      DRAIN_MS: "0",
      ...overrides,
    };
    const child = spawn(process.execPath, [join(folder, script)], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    return { port, child };
  }

  /** Packs the bundle like the Dockerfile. Returns the log of the service. */
  async function pack(overrides: Record<string, string> = {}): Promise<string> {
    const { child } = await spawnScript("pack.cjs", overrides);
    const exit = new Promise((resolve) => child.on("exit", resolve));
    const log = await text(child.stdout);
    expect(await exit).to.equal(0);
    return log;
  }

  /** Starts the packed service, and waits for an answer. */
  async function expectStart(): Promise<void> {
    const { port, child } = await spawnScript("run.cjs");
    try {
      await untilStatus({ request: requestTo(port) }, "/health/live", 200);
    } finally {
      child.kill("SIGKILL");
    }
  }

  /** Whether V8 rejects the code cache, in a process that has not compiled the bundle yet. */
  async function isRejected(): Promise<string> {
    const file = pathToFileURL(join(import.meta.dirname, "../../code-cache/packed-bundle.ts")).href;
    const code = `
      import { readPackedBundle } from "${file}";
      console.log(readPackedBundle(process.argv[1]).isRejected)`;
    const args = ["--input-type=module", "--eval", code, folder];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    return (await text(child.stdout)).trim();
  }

  const sizeOf = async (file: string) => (await stat(join(folder, file))).size;

  it("has the code of the functions that run, and fits into the image's 3 MB", async () => {
    const unused = readBundle(folder).codeCache().length;
    await pack();
    expect(await sizeOf("main.cjs.cache")).to.be.greaterThan(3 * unused);
    expect(await isRejected()).to.equal("false");
    const files = ["main.cjs.gz", "main.cjs.cache", "run.cjs", "tracing.cjs"];
    const sizes = await Promise.all(files.map(sizeOf));
    expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.lessThan(2_950_000);
    await expectStart();
  });

  it("is packed after the service has answered the first requests of a pod", async () => {
    const lines = (await pack()).trim().split("\n");
    const answers = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => msg === "request");
    const seen = answers.map(
      ({ method, path, status }) => `${String(method)} ${String(path)} ${String(status)}`,
    );
    expect(seen).to.include.members(["POST /data 201", "GET /data 200", "GET / 200"]);
  });

  it("also comes from a service that ends at once", async () => {
    expect(await pack({ PORT: "none" })).to.include("PORT");
    expect(await isRejected()).to.equal("false");
  });

  it("starts without a code cache that is incomplete or of another Node", async () => {
    await pack();
    const cache = join(folder, "main.cjs.cache");
    await truncate(cache, 1000);
    expect(await isRejected()).to.equal("true");
    await expectStart();
    await writeFile(cache, "of another Node");
    expect(await isRejected()).to.equal("true");
    await expectStart();
  });
});
