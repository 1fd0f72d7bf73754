import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { createLine, deleteLine } from "../../../mongodb/storage/hostpath-storage.ts";

/** A fake sudo of the node, whose `install` does not change owners. */
const sudo = `#!/bin/sh
if [ "$1" = install ]; then for last; do :; done; exec mkdir -p "$last"; fi
exec "$@"
`;

describe("the directory of MongoDB's files", function () {
  if (process.platform === "win32") return;
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-owner-"));
    path = join(folder, "data");
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "bin/sudo"), sudo);
    chmodSync(join(folder, "bin/sudo"), 0o755);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  function run(line: string): void {
    const PATH = join(folder, "bin") + delimiter + (process.env.PATH ?? "");
    execFileSync("sh", ["-c", line], { env: { ...process.env, PATH } });
  }

  /** Creates the directory for a stack, and a file of MongoDB in the directory. */
  function created(owner: string): string {
    run(createLine(path, owner));
    const document = join(path, "collection.wt");
    writeFileSync(document, "");
    return document;
  }

  it("is deleted with its files by the stack that created it", () => {
    created("one");
    run(deleteLine(path, "one"));
    expect(existsSync(path)).to.equal(false);
    expect(existsSync(`${path}.owner`)).to.equal(false);
  });

  it("stays when another stack is deleted", () => {
    const document = created("one");
    run(deleteLine(path, "two"));
    expect(existsSync(document)).to.equal(true);
  });

  it("stays when the previous stack is deleted, and is deleted with the stack that used it last", () => {
    const document = created("one");
    run(createLine(path, "two"));
    expect(existsSync(document)).to.equal(true);
    run(deleteLine(path, "one"));
    expect(existsSync(document)).to.equal(true);
    run(deleteLine(path, "two"));
    expect(existsSync(path)).to.equal(false);
  });

  it("stays if its owner is unknown", () => {
    const document = created("one");
    rmSync(`${path}.owner`);
    run(deleteLine(path, "one"));
    expect(existsSync(document)).to.equal(true);
  });

  it("is created again over itself", () => {
    const document = created("one");
    run(createLine(path, "one"));
    expect(existsSync(document)).to.equal(true);
  });
});
