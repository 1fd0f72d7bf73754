import { isAbsolute, join, resolve } from "node:path";
import { expect } from "chai";
import { loadingProfile, restorePath } from "../support/fake-minikube.ts";
import { runProgram } from "../support/mocked-program.ts";

describe("ServiceImage", function () {
  this.timeout(60_000);
  after(restorePath);

  it("is built from a narrow context for this machine's architecture and stays in the cluster", async () => {
    const { inputs, options } = (await runProgram()).the("Image");
    expect(inputs).to.include({ skipPush: true });
    expect(options.retainOnDelete).to.equal(true);
    expect(inputs.build.platform).to.equal(process.arch === "x64" ? "linux/amd64" : `linux/${process.arch}`);
    expect(inputs.build.dockerfile).to.match(/Dockerfile$/);
  });

  it("has no path of this machine among its inputs", async () => {
    const { inputs } = (await runProgram()).the("Image");
    const root = join(import.meta.dirname, "../../..");
    expect(isAbsolute(inputs.build.context)).to.equal(false);
    expect(resolve(inputs.build.context)).to.match(new RegExp(`^${root}/node_modules/.cache/`));
    expect(inputs.build.dockerfile).to.equal(`${inputs.build.context}/Dockerfile`);
    expect(JSON.stringify(inputs)).not.to.include(root);
  });

  it("is the pods' image, never pulled again", async () => {
    const program = await runProgram();
    const [container] = program.the("Deployment").inputs.spec.template.spec.containers;
    expect(container).to.include({ image: program.outputs.image, imagePullPolicy: "IfNotPresent" });
  });

  it("is built by this machine's Docker and loaded into each node, where the cluster has no Docker of its own", async () => {
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
