import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

const root = join(import.meta.dirname, "../../..");
const { scripts, engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: { prepare: string };
  engines: { node: string };
};

describe("tools/main.js", () => {
  it("says in one line that Node is too old", () => {
    for (const version of ["20.20.2", "22.5.1", "22.18.0"]) {
      const versions = `{...process.versions,node:"${version}"}`;
      const old = `data:text/javascript,Object.defineProperty(process,"versions",{value:${versions}})`;
      const main = join(root, "tools/main.js");
      const { status, stderr } = spawnSync(process.execPath, ["--import", old, main, "up"], {
        encoding: "utf8",
      });
      expect(status).to.equal(1);
      expect(stderr).to.match(/^Node 24 or newer is needed, and this is \d\S+\. .*npm (run|ci).*\n$/);
      expect(stderr).to.include(version);
    }
    expect(engines.node).to.equal(">=24");
  });
});

describe("the prepare script", () => {
  let folder: string;
  let bundled: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-prepare-"));
    mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
    bundled = join(folder, "node_modules/.bin/node");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const prepare = () => execFileSync("sh", ["-c", scripts.prepare], { cwd: folder, encoding: "utf8" });
  const bundle = (text: string) => {
    writeFileSync(bundled, text);
    chmodSync(bundled, 0o755);
  };

  it("deletes a bundled Node whose loader this system lacks, as Alpine does", () => {
    bundle("#!/lib64/absent-ld-linux.so.2\n");
    expect(prepare()).to.equal("");
    expect(existsSync(bundled)).to.equal(false);
  });

  it("keeps one that runs, and needs none", () => {
    bundle("#!/bin/sh\n");
    prepare();
    expect(existsSync(bundled)).to.equal(true);
    rmSync(bundled);
    expect(prepare()).to.equal("");
  });
});
