import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { restorePath } from "../support/fake-minikube.ts";
import { runProgram, type ProgramRun } from "../support/mocked-program.ts";
import { plain } from "../support/plain-inputs.ts";

const here = join(import.meta.dirname, "../../..");
const parts = ["Dockerfile", ".dockerignore", "package.json", "package-lock.json", "service", "infra"];

describe("the program in another checkout", function () {
  this.timeout(60_000);
  const home = process.cwd();
  let there: string;
  before(() => {
    there = mkdtempSync(join(tmpdir(), "koa-mongo-stack-checkout-"));
    const isWanted = (path: string) => !/node_modules|\/dist$/.test(path.slice(here.length));
    for (const part of parts)
      cpSync(join(here, part), join(there, part), { recursive: true, filter: isWanted });
    symlinkSync(join(here, "node_modules"), join(there, "node_modules"));
    // The file modes of a clone with umask 077.
    execFileSync("chmod", ["-R", "go=", there]);
  });
  afterEach(() => {
    process.chdir(home);
    restorePath();
  });
  after(() => {
    rmSync(there, { recursive: true });
  });

  /** Pulumi runs the program in the folder of its main file. */
  const runIn = async (project: string, values: object) => {
    process.chdir(join(project, "infra"));
    return comparable(await runProgram({ ...values }, undefined, undefined, undefined, { project }));
  };

  const clusters = {
    minikube: {},
    current: { cluster: "current", registry: "ghcr.io/ada/koa", storage: "fast" },
  };
  for (const [kind, values] of Object.entries(clusters)) {
    it(`registers the same inputs, with cluster ${kind}`, async () => {
      const found = await runIn(there, values);
      expect(found).to.include.keys("docker:index/image:Image web");
      expect(found).to.deep.equal(await runIn(here, values));
    });
  }
});

/** The resources' inputs by type and name, without the random values of a new stack. */
function comparable(run: ProgramRun): Record<string, unknown> {
  const owner = run.of("Stash").find(({ name }) => name === "owner")?.inputs.input as string;
  const isRandom = (type: string) => /:(Secret|Stash)$/.test(type);
  return Object.fromEntries(
    run.resources
      .filter(({ type }) => !isRandom(type))
      .map(({ type, name, inputs }) => [
        `${type} ${name}`,
        JSON.parse(JSON.stringify(plain(inputs)).replaceAll(owner, "OWNER")) as unknown,
      ]),
  );
}
