import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { seriesFile } from "../../mongodb/mongodb-version.ts";
import { PulledImage, pullLine } from "../../mongodb/pulled-image.ts";
import { restorePath } from "../support/fake-minikube.ts";
import { runProgram } from "../support/mocked-program.ts";

describe("PulledImage", function () {
  this.timeout(60_000);
  let data: string;
  let calls: string;
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), "koa-mongo-stack-node-"));
    calls = join(data, "calls");
    program("sudo", 'exec "$@"');
    program("crictl", `echo "$*" >>'${calls}'; [ "$1" = pull ] && [ "$2" != mongo:8.99 ]`);
  });
  afterEach(() => {
    rmSync(data, { recursive: true });
  });
  after(restorePath);

  function program(name: string, lines: string): void {
    writeFileSync(join(data, name), `#!/bin/sh\n${lines}\n`);
    chmodSync(join(data, name), 0o755);
  }
  const writeSeries = (series: string) => {
    writeFileSync(join(data, seriesFile), `${series}\n`);
  };
  const onNode = async (image: string) =>
    await new Promise<{ code: number; output: string }>((resolve) => {
      const env = { PATH: [data, process.env.PATH].join(delimiter) };
      execFile("bash", ["--norc", "-c", pullLine({ image, data })], { env }, (error, _, stderr) => {
        resolve({ code: Number(error?.code ?? 0), output: stderr.trim() });
      });
    });
  const pulled = () => readFileSync(calls, "utf8").includes("pull ");

  it("rejects an image that is older than the data, names both versions, and pulls nothing", async () => {
    writeSeries("8.0");
    expect(await onNode("mongo:7.0")).to.deep.equal({
      code: 1,
      output:
        `The data in ${data} are of MongoDB 8.0, and MongoDB 7.0 (mongo:7.0) can't read them. Nothing was changed. ` +
        "Run: pulumi config set mongoImage mongo:8.0",
    });
    expect(() => pulled()).to.throw("ENOENT");
  });

  it("rejects an older major version without a minor one", async () => {
    writeSeries("8.0");
    expect((await onNode("mongo:7")).output).to.match(
      /are of MongoDB 8\.0, and MongoDB 7 \(mongo:7\) can't read/,
    );
  });

  for (const [series, image] of [
    ["8.0", "mongo:8.0.15"],
    ["8.0", "mirror.example:5000/mongo:8.0@sha256:1"],
    ["7.0", "mongo:8.0"],
    ["8.2", "mongo:8.10"],
    // These tags don't contain the version.
    ["8.0", "mongo:8"],
    ["8.0", "own/mongodb:1.0"],
    ["", "mongo:7.0"],
    ["nonsense", "mongo:7.0"],
  ] as const) {
    it(`pulls ${image} for data of "${series}"`, async () => {
      writeSeries(series);
      expect(await onNode(image)).to.deep.equal({ code: 0, output: "" });
      expect(pulled()).to.equal(true);
    });
  }

  it("pulls for a node without data", async () => {
    expect(await onNode("mongo:7.0")).to.deep.equal({ code: 0, output: "" });
  });

  it("names an image that can't be pulled", async () => {
    expect(await onNode("mongo:8.99")).to.deep.equal({
      code: 1,
      output:
        "The node could not pull mongo:8.99. The lines above show the error. " +
        "Check mongoImage, and whether the node can reach the registry.",
    });
  });

  it("comes before MongoDB's pod, so that an image that can't run does not stop MongoDB", async () => {
    const run = await runProgram();
    const database = run.resources.find(({ type }) => type === "koa-mongo-stack:database:MongoDatabase");
    expect([database?.options.dependsOn].flat()[0]).to.be.instanceOf(PulledImage);
    const line = run
      .of("Command")
      .find(({ name }) => name === "mongodb")
      ?.inputs.create[0].at(-1);
    expect(line).to.include(`/data/koa-mongo-stack-test/${seriesFile}`);
  });

  it("checks no directory of the node if the data are in a volume of a StorageClass", async () => {
    const run = await runProgram({ storage: "standard" });
    const line = run
      .of("Command")
      .find(({ name }) => name === "mongodb")
      ?.inputs.create[0].at(-1);
    expect(line).to.match(/^sudo crictl inspecti /);
  });
});
