import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

const dev = join(import.meta.dirname, "../../..");
const prerequisites = join(dev, "cluster-tests/modes/support/prerequisites.ts");

describe("a prerequisite of a mode", function () {
  this.timeout(120_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-parts-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Runs mocha on suites of two tests. Each suite first asks for its part. */
  async function run(needs: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
    const suites = needs.map(
      (need) => `
        describe("a mode", () => {
          before(async function () { ${need} });
          it("first", () => undefined);
          describe("nested", () => { it("second", () => undefined); });
        });`,
    );
    const imports = `
      import { readFileSync } from "node:fs";
      import { needsManifest, needsProgram, skipWithout } from ${JSON.stringify(prerequisites)};`;
    const file = join(folder, "suite.test.mjs");
    writeFileSync(file, [imports, ...suites].join("\n"));
    const mocha = join(dev, "../node_modules/mocha/bin/mocha.js");
    const args = [mocha, "--no-config", "--no-package", "--reporter=dot", "--timeout=60000", file];
    return await new Promise((resolve, reject) => {
      execFile(process.execPath, args, { env: { ...process.env, ...env } }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${stdout}${stderr}`, { cause: error }));
      });
    });
  }

  /** Expects that the first suite ran, and that the second is pending, with one line for the reason. */
  function expectOneSkipped(printed: string, part: string): void {
    expect(printed)
      .to.match(/^ +2 passing/m)
      .and.match(/^ +2 pending/m);
    const lines = printed.split("\n").filter((line) => line.includes("skipped, because"));
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(new RegExp(`skipped, because this machine has no ${part}$`));
  }

  it("skips all tests of the suite as pending, with one line that names the prerequisite", async () => {
    expectOneSkipped(await run(["", `skipWithout(this, "controller");`]), "controller");
  });

  it("is a program: found, or skipped", async () => {
    const needs = ["sh", "no-such-program"].map((name) => `await needsProgram(this, "${name}");`);
    expectOneSkipped(await run(needs), "program no-such-program");
  });

  /** Code that asks for a manifest, and expects this text. */
  const manifest = (name: string, url: string, text: string) => `
    const file = await needsManifest(this, "${name}", "${url}");
    if (readFileSync(file, "utf8") !== "${text}") throw new Error(file);`;

  it("is a manifest: in the folder MODES_MANIFESTS, or skipped", async () => {
    const url = "http://127.0.0.1:1/part.yaml";
    writeFileSync(join(folder, "part.yaml"), "kind: Local");
    const needs = ["part.yaml", "other.yaml"].map((name) => manifest(name, url, "kind: Local"));
    expectOneSkipped(await run(needs, { MODES_MANIFESTS: folder }), `manifest ${url}`);
  });

  for (const [name, failure] of [
    ["gone.yaml", "rejects"],
    ["cut.yaml", "ends the connection in the middle"],
  ] as const) {
    it(`is a manifest: downloaded, or skipped if the publisher ${failure}; no folder is left`, async () => {
      const publisher = createServer(({ url }, response) => {
        response.statusCode = url === "/gone.yaml" ? 404 : 200;
        if (url !== "/cut.yaml") response.end("kind: Published");
        else response.setHeader("Content-Length", 100).write("kind:", () => response.destroy());
      }).listen(0, "127.0.0.1");
      await once(publisher, "listening");
      const base = `http://127.0.0.1:${(publisher.address() as AddressInfo).port}`;
      const needs = ["part.yaml", name].map((each) => manifest(each, `${base}/${each}`, "kind: Published"));
      try {
        const printed = await run(needs, { MODES_MANIFESTS: "", TMPDIR: folder });
        expectOneSkipped(printed, `manifest ${base}/${name}`);
        expect(readdirSync(folder)).to.deep.equal(["suite.test.mjs"]);
      } finally {
        publisher.close();
      }
    });
  }
});
