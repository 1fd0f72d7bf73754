import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";

const run = promisify(execFile);
const source = join(import.meta.dirname, "../../dev/embedded-mongodb.ts");

/** Like MongoDB 8.0.28 on Linux 6.19, this program does not start unless glibc registers rseq. */
const mongod = `#!${process.execPath}
const { createServer } = require("node:net");
const { writeFileSync } = require("node:fs");
const args = process.argv.slice(2);
const tunables = process.env.GLIBC_TUNABLES ?? "";
writeFileSync(__dirname + "/tunables", tunables);
if (!tunables.split(":").includes("glibc.pthread.rseq=1")) process.exit(1);
process.on("SIGTERM", () => process.env.FAKE_HANG || process.exit(0));
createServer().listen(Number(args[args.indexOf("--port") + 1]), "127.0.0.1");
`;

describe("startMongoDB", function () {
  this.timeout(30_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-mongod-"));
    writeFileSync(join(folder, "mongod"), mongod);
    chmodSync(join(folder, "mongod"), 0o755);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Starts a new process, because a process searches for the program only once. */
  async function startsWith(extra: Record<string, string>): Promise<string> {
    const env: NodeJS.ProcessEnv = { ...process.env, PATH: [folder, process.env.PATH].join(delimiter) };
    delete env.MONGODB_URI;
    delete env.GLIBC_TUNABLES;
    const script =
      `const { startMongoDB } = await import(${JSON.stringify(source)});` +
      "const server = await startMongoDB(); console.log(server.kind); await server.close();";
    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], {
      env: { ...env, ...extra },
    });
    expect(stdout.trim()).to.equal("mongod on PATH");
    return readFileSync(join(folder, "tunables"), "utf8");
  }

  it("starts a mongod that needs glibc to register rseq", async () => {
    expect(await startsWith({})).to.equal("glibc.pthread.rseq=1");
  });

  it("keeps other tunables, and overrides the official image's value", async () => {
    const existing = "glibc.malloc.check=1:glibc.pthread.rseq=0";
    expect(await startsWith({ GLIBC_TUNABLES: existing })).to.equal(
      "glibc.malloc.check=1:glibc.pthread.rseq=1",
    );
  });

  it("kills a mongod that does not stop", async () => {
    await startsWith({ FAKE_HANG: "1" });
  });
});
