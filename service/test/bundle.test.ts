import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { build } from "esbuild";
import { assertLater, bundle, unusedOmitted } from "../bundle.ts";
import { freePort } from "../dev/free-port.ts";
import { sharedMongoDB } from "./support/hooks.ts";
import { jsonInit, requestTo, untilStatus, withDatabase } from "./support/test-service.ts";

describe("the bundle", function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "koa-mongo-stack-bundle-"));
    await bundle(folder);
  });
  after(() => rm(folder, { recursive: true }));

  it("has four scripts and the page's assets", async () => {
    expect(await readdir(folder, { recursive: true })).to.have.members([
      ...["main.cjs", "tracing.cjs", "pack.cjs", "run.cjs"],
      "assets",
      ...["page.css", "page.js", "page.svg"].map((name) => join("assets", name)),
    ]);
  });

  it("has tracing in a separate file", async () => {
    expect(await readFile(join(folder, "main.cjs"), "utf8")).not.to.include("BatchSpanProcessor");
    expect(await readFile(join(folder, "tracing.cjs"), "utf8")).to.include("BatchSpanProcessor");
  });

  it("has the table of media types once, because of `overrides` in package.json", async () => {
    const main = await readFile(join(folder, "main.cjs"), "utf8");
    const tables = main.match(/mime-db\/db\.json"\(/g);
    expect(tables, "set the version in `overrides` to the version that koa depends on").to.have.length(1);
  });

  it("parses a connection string like the service's source", async () => {
    const port = await freePort();
    const uri = new URL(withDatabase((await sharedMongoDB()).uri, `test-bundle-${process.pid}`));
    uri.searchParams.set("READPREFERENCE", "primaryPreferred");
    uri.searchParams.set("appName", "a b/ü");
    const env = { PORT: String(port), HOST: "127.0.0.1", MONGODB_URI: uri.href, DRAIN_MS: "0" };
    const child = spawn(process.execPath, [join(folder, "main.cjs")], { env, stdio: "ignore" });
    const request = requestTo(port);
    try {
      await untilStatus({ request }, "/health/ready", 200);
      // The redirect looks up a media type.
      const form = {
        method: "POST",
        body: new URLSearchParams({ message: "x" }),
        redirect: "manual",
      } as const;
      expect((await fetch(`http://127.0.0.1:${port}/`, form)).status).to.equal(303);
    } finally {
      child.kill("SIGTERM");
    }
  });

  it("answers without loading the table of media types and modules of Node that slow down the start", async () => {
    const port = await freePort();
    const env = {
      PORT: String(port),
      HOST: "127.0.0.1",
      MONGODB_URI: withDatabase((await sharedMongoDB()).uri, `test-bundle-${process.pid}`),
      DRAIN_MS: "0",
    };
    const loaded = "process.on('exit', () => console.log(process.moduleLoadList.join()));";
    const tables =
      "const { keys } = Object; Object.keys = (o) => { if (keys(o).length > 1000) console.log('a table'); return keys(o) }";
    const args = [
      `--import=data:text/javascript,${encodeURIComponent(loaded + tables)}`,
      join(folder, "main.cjs"),
    ];
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
    const output = text(child.stdout);
    const request = requestTo(port);
    try {
      await untilStatus({ request }, "/health/ready", 200);
      expect((await request("/data", jsonInit('{"a":1}'))).status).to.equal(201);
      for (const path of ["/data", "/health", "/health/live", "/", "/openapi.json"]) {
        expect((await request(path)).status, path).to.equal(200);
      }
      expect((await request("/nothing")).status).to.equal(404);
    } finally {
      child.kill("SIGTERM");
    }
    const modules = await output;
    expect(modules).to.include("NativeModule http,");
    expect(modules).not.to.include("undici");
    for (const name of ["assert", "https", "worker_threads"])
      expect(modules).not.to.include(`NativeModule ${name},`);
    expect(modules).not.to.include("a table");
  });

  for (const traced of [false, true]) {
    it(`serves the page, its assets and metrics ${traced ? "with" : "without"} tracing`, async () => {
      const [port, metricsPort, unusedPort] = [await freePort(), await freePort(), await freePort()];
      const env = {
        PORT: String(port),
        HOST: "127.0.0.1",
        METRICS_PORT: String(metricsPort),
        MONGODB_URI: `mongodb://127.0.0.1:${unusedPort}/app`,
        DRAIN_MS: "0",
        ...(traced ? { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${unusedPort}` } : {}),
      };
      const child = spawn(process.execPath, [join(folder, "main.cjs")], { env, stdio: "ignore" });
      const service = requestTo(port);
      try {
        await untilStatus({ request: service }, "/health/live", 200);
        expect(await (await service("/")).text()).to.include("Hello World");
        expect((await service("/assets/page.css")).status).to.equal(200);
        const { traceId } = (await (await service("/data")).json()) as { traceId?: string };
        expect(traceId !== undefined).to.equal(traced);
        const metrics = await (await requestTo(metricsPort)("/metrics")).text();
        expect(metrics).to.include('http_problems_total{code="database_unavailable"} 1');
      } finally {
        child.kill("SIGTERM");
      }
    });
  }
});

describe("the bundle of broken code", () => {
  const service = join(import.meta.dirname, "..");
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "koa-mongo-stack-broken-"));
    await mkdir(join(folder, "service/tasks"), { recursive: true });
    await mkdir(join(folder, "service/tracing"));
    await mkdir(join(folder, "service/code-cache"));
    await writeFile(join(folder, "package.json"), '{"type":"module"}');
    await symlink(join(service, "../node_modules"), join(folder, "node_modules"));
    await cp(join(service, "bundle.ts"), join(folder, "service/bundle.ts"));
    await cp(join(service, "page/assets"), join(folder, "service/page/assets"), { recursive: true });
    for (const file of ["tracing/start-tracing.ts", "code-cache/pack.ts", "code-cache/run.ts"])
      await write(file, "export {};");
    await write("main.ts", 'import "./tasks/task.ts";');
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function write(file: string, source: string): Promise<void> {
    await writeFile(join(folder, "service", file), source);
  }

  /** Runs the bundler like the Dockerfile. */
  async function run(): Promise<{ code: unknown; output: string }> {
    const child = spawn(process.execPath, ["service/bundle.ts"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { code, output: stdout + stderr };
  }

  const unfinished = `import { Schema } from "mongoose";

/** Something to do. */
export const taskSchema = new Schema({
  title: { type: String, required: true, maxlength: 200 },
  priority: { type: String, enum: ["low", "high"], default: "low" },
  key: { type: String, unique: true, sparse: true },
}
`;

  it("fails with one line that has file, line and column, because Pulumi shows only the first line", async () => {
    await write("tasks/task.ts", unfinished);
    expect(await run()).to.deep.equal({
      code: 1,
      output: 'service/tasks/task.ts:9:1: Expected ")" but found end of file\n',
    });
  });

  it("has several errors in the same line, and counts the rest", async () => {
    const names = ["one", "two", "three", "four", "five"];
    await write("tasks/task.ts", names.map((name) => `import "./${name}.ts";\n`).join(""));
    expect(await run()).to.deep.equal({
      code: 1,
      output:
        'service/tasks/task.ts:1:8: Could not resolve "./one.ts"; ' +
        'service/tasks/task.ts:2:8: Could not resolve "./two.ts"; ' +
        'service/tasks/task.ts:3:8: Could not resolve "./three.ts"; and 2 more errors\n',
    });
  });

  it("prints warnings in the same form, and succeeds", async () => {
    await write("tasks/task.ts", "export const f = (x: number) => x === -0;");
    expect(await run()).to.deep.equal({
      code: 0,
      output: 'service/tasks/task.ts:1:39: Comparison with -0 using the "===" operator will also match 0\n',
    });
  });

  it("starts with the message if a file can't be copied", async () => {
    await write("tasks/task.ts", "");
    await rm(join(folder, "service/page"), { recursive: true });
    const { code, output } = await run();
    expect(code).to.equal(1);
    expect(output.split("\n")[0]).to.match(/^Error: ENOENT: no such file or directory, .*page\/assets/);
  });
});

describe("modules that the bundle loads later or omits", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "koa-mongo-stack-assert-"));
  });
  after(() => rm(folder, { recursive: true }));

  /** Runs code that has been bundled with both plugins. */
  async function run(code: string): Promise<string> {
    const outfile = join(folder, "out.cjs");
    await build({
      stdin: { contents: code, resolveDir: import.meta.dirname },
      outfile,
      bundle: true,
      platform: "node",
      format: "cjs",
      plugins: [assertLater, unusedOmitted],
    });
    const child = spawn(process.execPath, [outfile], { stdio: ["ignore", "pipe", "inherit"] });
    return (await text(child.stdout)).trim();
  }

  const isLoaded = 'process.moduleLoadList.includes("NativeModule assert")';

  it("load no assert for assertions that hold", async () => {
    expect(
      await run(`const a = require("assert"); a(1); a.ok(true, "x"); console.log(${isLoaded})`),
    ).to.equal("false");
  });

  it("fail and compare like Node's assert", async () => {
    const code = `
      const assert = require("node:assert");
      const { equal, AssertionError } = assert;
      const failed = [() => assert(0, "zero"), () => assert.ok("", "empty"), () => equal(1, 2, "other")].map((f) => {
        try { f() } catch (error) { return error instanceof AssertionError && error.message }
      });
      equal(1, 1);
      console.log(failed.join());`;
    expect(await run(code)).to.equal("zero,empty,other");
  });

  it("stay as they are in an `import`", async () => {
    const code = `import assert, { equal } from "assert"; assert(true); equal(1, 1); console.log(${isLoaded})`;
    expect(await run(code)).to.equal("true");
  });

  it("throw if they are used nevertheless", async () => {
    const code = `
      const use = (f) => { try { f() } catch (error) { console.log(error.message) } };
      use(() => require("pino")({ transport: { target: "pino/file" } }));
      use(() => new (require("prom-client").Pushgateway)("http://127.0.0.1:1"));`;
    expect(await run(code)).to.equal(
      "service/bundle.ts leaves out ./transport\nservice/bundle.ts leaves out ./lib/pushgateway",
    );
  });
});
