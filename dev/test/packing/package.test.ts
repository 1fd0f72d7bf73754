import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";

const run = promisify(execFile);
const project = join(import.meta.dirname, "../../..");
const pack = join(project, "dev/packing/pack.ts");

/** A user's program, in a project that has only the package of this one. */
const program = `
import * as pulumi from "@pulumi/pulumi";
import {
  AppNamespace,
  connectionSecret,
  Monitoring,
  NetworkRules,
  WebService,
  type WebServiceArgs,
} from "koa-mongo-stack";

const registered: string[] = [];
await pulumi.runtime.setMocks({
  newResource: ({ type, name, inputs }) => {
    registered.push(type.split(":").at(-1) + " " + name);
    const values = inputs as Record<string, object>;
    return { id: name, state: { ...values, metadata: { name, ...values.metadata } } };
  },
  call: ({ inputs }) => inputs as Record<string, unknown>,
});
await pulumi.runtime.runInPulumiStack(async () => {
  const app = new AppNamespace("shop");
  new NetworkRules("network", { namespace: app.name, database: { kind: "standalone" }, acme: false });
  const uri = pulumi.secret("mongodb://db.example/shop");
  const args: WebServiceArgs = {
    namespace: app.name,
    image: "registry.example/shop:1.2.3",
    mongodbUri: connectionSecret("mongodb", { namespace: app.name, uri }, {}),
    expose: { kind: "ingress", host: "shop.example" },
    scaling: { minReplicas: 2, maxReplicas: 10, cpuTarget: 50 },
    logLevel: "info",
    reach: (port) => ({ address: "node.example:" + String(port) }),
    hasSeveralNodes: true,
  };
  new Monitoring("monitoring", { namespace: app.name });
  const url: pulumi.Output<string> = new WebService("web", args).url;
  return { url };
});
// When nothing is left to do.
process.once("beforeExit", () => console.log(JSON.stringify(registered)));
`;

const config = {
  compilerOptions: {
    target: "es2024",
    module: "nodenext",
    types: ["node"],
    strict: true,
    skipLibCheck: true,
    erasableSyntaxOnly: true,
    noEmit: true,
  },
  files: ["main.ts"],
};

describe("the package, in another user's project", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "koa-mongo-stack-package-"));
    const installed = join(folder, "node_modules/koa-mongo-stack");
    await mkdir(installed, { recursive: true });
    const { stdout } = await run("node", [pack, "--silent", "--pack-destination", folder]);
    const archive = join(folder, stdout.trim().split("\n").at(-1) ?? "");
    await run("tar", ["-xzf", archive, "-C", installed, "--strip-components=1"]);
    for (const dependency of ["@pulumi", "@balena", "@types", "yaml"]) {
      await symlink(join(project, "node_modules", dependency), join(folder, "node_modules", dependency));
    }
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module", private: true }));
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
    await writeFile(join(folder, "main.ts"), program);
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  it("has types for the type check of a program", async () => {
    const compiler = join(project, "node_modules/typescript/bin/tsc");
    await run(process.execPath, [compiler], { cwd: folder }).catch((error: unknown) => {
      throw new Error((error as { stdout: string }).stdout);
    });
  });

  it("rejects an argument of the wrong type", async () => {
    await writeFile(join(folder, "main.ts"), program.replace("minReplicas: 2", 'minReplicas: "2"'));
    const compiler = join(project, "node_modules/typescript/bin/tsc");
    const output = await run(process.execPath, [compiler], { cwd: folder }).then(
      () => "",
      (error: unknown) => (error as { stdout: string }).stdout,
    );
    expect(output).to.include("Type 'string' is not assignable to type 'number'");
    await writeFile(join(folder, "main.ts"), program);
  });

  it("creates its resources", async () => {
    const { stdout } = await run(process.execPath, ["main.ts"], { cwd: folder });
    expect(JSON.parse(stdout)).to.include.members([
      "Namespace shop",
      "NetworkPolicy network-deny-all",
      "Secret mongodb-uri",
      "Deployment web",
      "Service web",
      "Ingress web",
      "HorizontalPodAutoscaler web",
      "PodDisruptionBudget web",
      "ServiceMonitor monitoring-ServiceMonitor",
      "ConfigMap monitoring-dashboard",
    ]);
  });
});
