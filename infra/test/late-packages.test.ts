import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";

const run = promisify(execFile);
const latePackages = join(import.meta.dirname, "../late-packages.js");

/** Runs a script beside Pulumi's SDK, in a process that has been told of the late packages, and gives what it prints. */
async function withLatePackages(script: string, times = 1): Promise<unknown> {
  const told = Array.from({ length: times }, () => ["--import", latePackages]).flat();
  const { stdout } = await run(process.execPath, [...told, "--eval", script], { cwd: import.meta.dirname });
  return JSON.parse(stdout);
}

const loaded = `["@npmcli/arborist", "typescript"].filter((name) =>
  Object.keys(require.cache).some((file) => file.includes("/node_modules/" + name + "/") && !file.endsWith(".late.cjs")))`;

describe("late-packages.js", function () {
  this.timeout(30_000);

  it("loads Pulumi's SDK without them", async () => {
    const script = `require("@pulumi/pulumi"); console.log(JSON.stringify(${loaded}))`;
    expect(await withLatePackages(script)).to.deep.equal([]);
    expect(await withLatePackages(script, 2), "told twice").to.deep.equal([]);
  });

  it("has a compiler for who serializes a function", async () => {
    const script = `
      const { runtime } = require("@pulumi/pulumi");
      runtime.serializeFunction(() => 42).then(({ text }) => {
        console.log(JSON.stringify([text.includes("42"), ${loaded}]));
      });
    `;
    expect(await withLatePackages(script)).to.deep.equal([true, ["typescript"]]);
  });

  it("has the tree of packages for who sends them elsewhere", async () => {
    const script = `
      process.chdir("../..");
      const { runtime } = require("@pulumi/pulumi");
      runtime.computeCodePaths().then((paths) => {
        console.log(JSON.stringify([[...paths.keys()].some((path) => path.startsWith("node_modules/")), ${loaded}]));
      });
    `;
    expect(await withLatePackages(script)).to.deep.equal([true, ["@npmcli/arborist"]]);
  });
});
