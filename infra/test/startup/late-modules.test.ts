import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";

const run = promisify(execFile);
/** The folder where Pulumi looks for the tree of packages. */
const project = join(import.meta.dirname, "../../..");
const lateModules = new URL("../../startup/late-modules.js", import.meta.url).href;

/**
 * Runs a script with Pulumi's SDK in a child process that imports late-modules.js first.
 * @param imported files that the process imports first
 * @param env variables that override those of this process
 * @returns the script's output, parsed
 */
async function withLateModules(
  script: string,
  imported = [lateModules],
  env: NodeJS.ProcessEnv = {},
): Promise<unknown> {
  const imports = imported.flatMap((url) => ["--import", url]);
  const { stdout } = await run(process.execPath, [...imports, "--eval", script], {
    cwd: import.meta.dirname,
    env: { ...process.env, ...env },
  });
  return JSON.parse(stdout);
}

const waiting = [
  "@npmcli/arborist",
  "typescript",
  "@pulumi/pulumi/runtime/closure/v8Hooks.js",
  "@pulumi/pulumi/automation",
  "@pulumi/kubernetes/helm",
  "@pulumi/kubernetes/kustomize",
  "@pulumi/kubernetes/yaml",
  "@opentelemetry/exporter-zipkin",
  "@opentelemetry/instrumentation",
  "@opentelemetry/instrumentation-grpc",
  "@opentelemetry/resources",
  "@opentelemetry/sdk-trace-base",
  "@opentelemetry/sdk-trace-node",
  "source-map-support/register",
];

// The stand-in for a module is not an instance of Module.
const loaded = `${JSON.stringify(waiting)}.filter((name) => {
  const entry = require.cache[require.resolve(name)];
  return entry instanceof require("node:module");
})`;

/** The modules that Pulumi loads for a program, in Pulumi's order. */
const everything = `
  require("@pulumi/pulumi/cmd/run/tracing.js");
  const pulumi = require("@pulumi/pulumi");
  const kubernetes = require("@pulumi/kubernetes");
`;

describe("late-modules.js", function () {
  this.timeout(30_000);

  it("loads Pulumi without them", async () => {
    const script = `${everything} console.log(JSON.stringify(${loaded}))`;
    expect(await withLateModules(script, []), "without it").to.include.members(
      waiting.filter((name) => !/v8Hooks|source-map/.test(name)),
    );
    expect(await withLateModules(script)).to.deep.equal([]);
    expect(
      await withLateModules(script, [lateModules, `${lateModules}?again`]),
      "imported twice",
    ).to.deep.equal([]);
  });

  it("loads them at once if disabled", async () => {
    const script = `${everything} console.log(JSON.stringify(${loaded}))`;
    const off = { KOA_MONGO_STACK_LATE_MODULES: "off" };
    expect(await withLateModules(script, [lateModules], off)).to.deep.equal(
      await withLateModules(script, []),
    );
  });

  it("has the parts of Pulumi's packages other than resources", async () => {
    const script = `
      ${everything}
      const { helm, kustomize, yaml } = kubernetes;
      const offered = [pulumi.automation.LocalWorkspace, helm.v3.Release, kustomize.Directory, yaml.ConfigFile];
      console.log(JSON.stringify(offered.map(({ name }) => name)));
    `;
    expect(await withLateModules(script)).to.deep.equal([
      "LocalWorkspace",
      "Release",
      "Directory",
      "ConfigFile",
    ]);
  });

  it("loads the compiler for a serialized function", async () => {
    const script = `
      ${everything}
      pulumi.runtime.serializeFunction(() => 42).then(({ text }) => {
        console.log(JSON.stringify([text.includes("42"), ${loaded}.includes("typescript")]));
      });
    `;
    expect(await withLateModules(script)).to.deep.equal([true, true]);
  });

  it("loads the package tree for code paths", async () => {
    const script = `
      ${everything}
      process.chdir(${JSON.stringify(project)});
      pulumi.runtime.computeCodePaths().then((paths) => {
        const hasPackages = [...paths.keys()].some((path) => path.startsWith("node_modules/"));
        console.log(JSON.stringify([hasPackages, ${loaded}.includes("@npmcli/arborist")]));
      });
    `;
    expect(await withLateModules(script)).to.deep.equal([true, true]);
  });

  it("loads the tracer if tracing is enabled", async () => {
    const script = `
      require("@pulumi/pulumi/cmd/run/tracing.js").start("http://127.0.0.1:9/api/v2/spans");
      console.log(JSON.stringify(${loaded}.includes("@opentelemetry/sdk-trace-node")));
      process.exit();
    `;
    expect(await withLateModules(script)).to.equal(true);
  });
});
