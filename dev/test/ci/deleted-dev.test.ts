import { execFile } from "node:child_process";
import {
  chmodSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";

const project = join(import.meta.dirname, "../../..");
const programs = ["npm", "minikube", "kubectl", "pulumi", "python3", "apt-get"];
const plugins = ["language-nodejs", "resource-kubernetes", "resource-docker", "resource-pulumi-nodejs"];

describe(".ci/run", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-ci-"));
    cpSync(join(project, ".ci"), join(folder, "project/.ci"), { recursive: true });
    mkdirSync(join(folder, "bin"));
    for (const name of [...programs, ...plugins.map((plugin) => `pulumi-${plugin}`)]) fake(name);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Creates a program that records its arguments, and prints mocha's output for one test. */
  function fake(name: string): void {
    const file = join(folder, "bin", name);
    writeFileSync(file, `#!/bin/sh\necho "${name} $*" >>'${join(folder, "calls")}'; echo '  1 passing'\n`);
    chmodSync(file, 0o755);
  }

  /** Runs .ci/run in a project without other files. Returns the last line, and the programs that ran in dev/. */
  async function run(): Promise<{ last: string | undefined; inDev: string[] }> {
    const env = { PATH: [join(folder, "bin"), "/usr/bin", "/bin"].join(delimiter), CHROMIUM: "chromium" };
    const output = await new Promise<string>((resolve, reject) => {
      execFile("bash", [join(folder, "project/.ci/run")], { env }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${stdout}${stderr}`, { cause: error }));
      });
    });
    const calls = readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
    const inDev = calls.filter((call) => call.endsWith("-w dev"));
    return { last: output.trim().split("\n").at(-1), inDev };
  }

  it("runs every check", async () => {
    mkdirSync(join(folder, "project/dev"));
    const { last, inDev } = await run();
    expect(inDev).to.deep.equal([
      "npm run check:words -w dev",
      "npm run supply-chain -w dev",
      "npm run test -w dev",
      "npm run test:package -w dev",
      "npm run test:without-dev -w dev",
      "npm run test:e2e -w dev",
      "npm run test:schema -w dev",
      "npm run test:security:cluster -w dev",
    ]);
    expect(last).to.equal("15 passed, 0 failed");
  });

  it("passes without the checks of dev/ where a user has deleted the folder", async () => {
    const { last, inDev } = await run();
    expect(inDev).to.deep.equal([]);
    expect(last).to.equal("7 passed, 0 failed");
  });
});

describe("the workflows of a user who has deleted dev/", () => {
  interface Step {
    readonly run?: string;
    readonly if?: string;
  }
  const texts = globSync(".github/workflows/*.yml", { cwd: project }).map((name) =>
    readFileSync(join(project, name), "utf8"),
  );
  const steps = texts.flatMap((text) =>
    Object.values((parse(text) as { jobs: Record<string, { steps: Step[] }> }).jobs).flatMap(
      (job) => job.steps,
    ),
  );

  it("skip each step of it", () => {
    const own = steps.filter(({ run }) => run?.includes("-w dev"));
    expect(own).to.have.length.greaterThan(8);
    const unconditional = own.filter((step) => step.if !== "hashFiles('dev/package.json') != ''");
    expect(unconditional.map(({ run }) => run)).to.deep.equal([]);
  });

  it("publish a release without an SBOM", () => {
    const publish = steps.find(({ run }) => run?.includes("gh release create"))?.run;
    expect(publish).to.match(/^shopt -s nullglob\n/);
    expect(publish).to.include('"$RUNNER_TEMP"/release/*.cdx.json');
  });
});
