import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { fastStartEnvironment } from "../../pulumi/pulumi-stack.ts";

const run = promisify(execFile);

describe("fastStartEnvironment", () => {
  const before = process.env.NODE_OPTIONS;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-start-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    if (before === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = before;
  });

  for (const options of [undefined, "--stack-trace-limit=7"]) {
    it(`adds to NODE_OPTIONS ${options ?? "that are not set"}`, async () => {
      if (options === undefined) delete process.env.NODE_OPTIONS;
      else process.env.NODE_OPTIONS = options;
      const script = `
        const waits = !(require.cache[require.resolve("@pulumi/pulumi/automation")] instanceof require("node:module"));
        console.log(JSON.stringify([waits, Error.stackTraceLimit, require("node:module").getCompileCacheDir()]));
      `;
      const env = { ...process.env, ...fastStartEnvironment(folder) };
      const load = `require("@pulumi/pulumi"); ${script}`;
      const { stdout } = await run(process.execPath, ["--eval", load], { env, cwd: import.meta.dirname });
      const [waits, limit, cache] = JSON.parse(stdout) as [boolean, number, string];
      expect([waits, limit]).to.deep.equal([true, options === undefined ? 10 : 7]);
      expect(cache.startsWith(folder)).to.equal(true);
    });
  }
});
