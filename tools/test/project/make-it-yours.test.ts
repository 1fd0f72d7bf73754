import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { sharedMongoDB } from "../../../service/test/support/hooks.ts";

const run = promisify(execFile);
const project = join(import.meta.dirname, "../../..");
const copied = [
  "service",
  "tools/node-version.js",
  "docs/service.md",
  "package.json",
  "tsconfig.json",
  ".mocharc.json",
  ".prettierrc.json",
];

/** A code block of the page, with the file named last before the block. */
interface Block {
  readonly file: string;
  readonly kind: "ts" | "diff";
  readonly text: string;
}

function blocksOf(page: string): Block[] {
  let file = "";
  const parts = page.matchAll(/^`([\w./-]+\.(?:ts|md))`.*:$|^```(ts|diff)\n([\s\S]*?)^```$/gm);
  return [...parts].flatMap(([, named, kind, text = ""]) => {
    file = named ?? file;
    return kind === undefined ? [] : [{ file, kind: kind as Block["kind"], text }];
  });
}

/** Applies a diff to a text. The diff's context must occur exactly once. */
function applied(text: string, diff: string, file: string): string {
  const lines = diff.trimEnd().split("\n");
  const side = (sign: string) =>
    lines
      .filter((line) => line.startsWith(" ") || line.startsWith(sign))
      .map((line) => line.slice(1))
      .join("\n");
  expect(text.split(side("-")).length - 1, `${file} has once:\n${side("-")}\n`).to.equal(1);
  return text.replace(side("-"), () => side("+"));
}

describe("docs/make-it-yours.md", function () {
  this.timeout(300_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-yours-"));
    const filter = (path: string) => !/\/(node_modules|dist)$/.test(path);
    for (const name of copied) cpSync(join(project, name), join(folder, name), { recursive: true, filter });
    for (const name of ["node_modules", "service/node_modules"]) {
      symlinkSync(join(project, name), join(folder, name));
    }
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("adds a resource that fits the types, the contract and its tests, step by step", async () => {
    const blocks = blocksOf(readFileSync(join(project, "docs/make-it-yours.md"), "utf8"));
    expect(blocks.map(({ kind }) => kind))
      .to.include("ts")
      .and.include("diff");
    for (const { file, kind, text } of blocks) {
      const path = join(folder, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, kind === "ts" ? text : applied(readFileSync(path, "utf8"), text, file));
    }
    const bin = join(project, "node_modules/.bin");
    await run(join(bin, "tsc"), [], { cwd: folder });
    const code = blocks.map(({ file }) => file).filter((file) => file.endsWith(".ts"));
    await run(join(bin, "prettier"), ["--check", ...code], { cwd: folder });
    const env = { ...process.env, MONGODB_URI: (await sharedMongoDB()).uri };
    const tests = ["service/test/tasks/*.test.ts", "service/test/openapi/*.test.ts"];
    const { stdout } = await run(join(bin, "mocha"), tests, { cwd: folder, env });
    expect(stdout).to.include("names every wrong field");
  });
});
