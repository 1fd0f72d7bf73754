import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";

const run = promisify(execFile);
const lateModules = join(import.meta.dirname, "../late-modules.js");

/** Runs a script beside Pulumi's SDK, in a process that has been told of the late packages, and gives what it prints. */
async function withLateModules(script: string, times = 1): Promise<unknown> {
  const told = Array.from({ length: times }, () => ["--import", lateModules]).flat();
  const { stdout } = await run(process.execPath, [...told, "--eval", script], { cwd: import.meta.dirname });
  return JSON.parse(stdout);
}

// What stands in for a module is no module itself.
const loaded = `["@npmcli/arborist", "typescript", "source-map-support"].filter((name) =>
  Object.entries(require.cache).some(
    ([file, entry]) => file.includes("/node_modules/" + name + "/") && entry instanceof require("node:module"),
  ))`;

describe("late-modules.js", function () {
  this.timeout(30_000);

  it("loads Pulumi's SDK without them", async () => {
    const script = `require("@pulumi/pulumi"); console.log(JSON.stringify(${loaded}))`;
    expect(await withLateModules(script)).to.deep.equal([]);
    expect(await withLateModules(script, 2), "told twice").to.deep.equal([]);
  });

  it("has what Pulumi's packages offer beside resources", async () => {
    const script = `
      const { automation } = require("@pulumi/pulumi");
      const { helm, kustomize, yaml } = require("@pulumi/kubernetes");
      const offered = [automation.LocalWorkspace, helm.v3.Release, kustomize.Directory, yaml.ConfigFile];
      console.log(JSON.stringify(offered.map(({ name }) => name)));
    `;
    expect(await withLateModules(script)).to.deep.equal([
      "LocalWorkspace",
      "Release",
      "Directory",
      "ConfigFile",
    ]);
  });

  it("has a compiler for who serializes a function", async () => {
    const script = `
      const { runtime } = require("@pulumi/pulumi");
      runtime.serializeFunction(() => 42).then(({ text }) => {
        console.log(JSON.stringify([text.includes("42"), ${loaded}]));
      });
    `;
    expect(await withLateModules(script)).to.deep.equal([true, ["typescript"]]);
  });

  it("has the tree of packages for who sends them elsewhere", async () => {
    const script = `
      process.chdir("../..");
      const { runtime } = require("@pulumi/pulumi");
      runtime.computeCodePaths().then((paths) => {
        console.log(JSON.stringify([[...paths.keys()].some((path) => path.startsWith("node_modules/")), ${loaded}]));
      });
    `;
    expect(await withLateModules(script)).to.deep.equal([true, ["@npmcli/arborist"]]);
  });
});
