import { isAbsolute, join, resolve } from "node:path";
import { expect } from "chai";
import { loadingProfile, restorePath } from "../support/fake-minikube.ts";
import { runProgram } from "../support/mocked-program.ts";
import { plain } from "../support/plain-inputs.ts";

describe("ServiceImage", function () {
  this.timeout(60_000);
  after(restorePath);

  it("is built from a narrow context for this machine's architecture and stays in the cluster", async () => {
    const { inputs, options } = (await runProgram()).the("Image");
    expect(inputs).to.include({ skipPush: true });
    expect(options.retainOnDelete).to.equal(true);
    expect(plainBuild(inputs).platform).to.equal(
      process.arch === "x64" ? "linux/amd64" : `linux/${process.arch}`,
    );
    expect(plainBuild(inputs).dockerfile).to.match(/Dockerfile$/);
  });

  it("has no path of this machine among its inputs", async () => {
    const { inputs } = (await runProgram()).the("Image");
    const root = join(import.meta.dirname, "../../..");
    const { context, dockerfile } = plainBuild(inputs);
    expect(isAbsolute(context)).to.equal(false);
    expect(resolve(context)).to.match(new RegExp(`^${root}/node_modules/.cache/`));
    expect(dockerfile).to.equal(`${context}/Dockerfile`);
    expect(JSON.stringify(inputs)).not.to.include(root);
  });

  it("is built with the settings of a company's network, which are secrets and do not change its tag", async () => {
    const usual = await runProgram();
    const run = await runProgram({
      npmrc: "registry=https://npm.example",
      buildProxy: "http://proxy.example:3128",
    });
    expect(plainBuild(run.the("Image").inputs).args).to.deep.include({
      NPMRC: "registry=https://npm.example",
      HTTPS_PROXY: "http://proxy.example:3128",
      BUILD_STAMP: "stamp of web-stamp",
    });
    expect(run.outputs.image).to.equal(usual.outputs.image);
  });

  it("uses no proxy of this machine for a registry, which is for all machines", async () => {
    const before = process.env.HTTPS_PROXY;
    process.env.HTTPS_PROXY = "http://office.example:3128";
    try {
      const { inputs } = (await runProgram({ registry: "ghcr.io/ada/koa" })).the("Image");
      expect(inputs.build).to.not.have.property("args");
    } finally {
      if (before === undefined) delete process.env.HTTPS_PROXY;
      else process.env.HTTPS_PROXY = before;
    }
  });

  it("is the pods' image, never pulled again", async () => {
    const program = await runProgram();
    const [container] = program.the("Deployment").inputs.spec.template.spec.containers;
    expect(container).to.include({ image: program.outputs.image, imagePullPolicy: "IfNotPresent" });
  });

  it("is built by this machine's Docker and loaded into each node, if the cluster has no Docker of its own", async () => {
    const program = await runProgram({}, [loadingProfile]);
    expect(program.the("docker").inputs).to.deep.equal({ host: "unix:///home/ada/docker.sock" });
    const load = program.of("Command").find(({ name }) => name === "web-load")?.inputs;
    const image = String(program.outputs.image);
    const look = (node: string) => {
      const line = `sudo crictl inspecti -q ${image}`;
      return ["minikube", "ssh", "--profile", "minikube", "--node", node, "--", line];
    };
    expect(load.create).to.deep.equal([
      ["minikube", "image", "load", "--profile", "minikube", image],
      look("minikube"),
      look("minikube-m02"),
    ]);
  });
});

/** The build's inputs without secret marks. The build is a secret because its arguments are. */
function plainBuild(
  inputs: unknown,
): Record<"context" | "dockerfile" | "platform", string> & { args: unknown } {
  const { build } = inputs as { build: unknown };
  expect(build).to.not.have.property("args");
  return (plain(inputs) as { build: ReturnType<typeof plainBuild> }).build;
}
