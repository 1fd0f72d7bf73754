import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect } from "chai";
import { newClone, type Clone } from "../support/clone.ts";
import { addDocument, documentsAt, printedNamespace, printedUrl } from "../support/running-service.ts";
import { kubectl } from "../support/cluster-kubectl.ts";

const run = promisify(execFile);

describe("npm run up repairs", () => {
  let clone: Clone;
  let namespace: string;
  let url: string;
  let document: unknown;
  const up = async () => {
    const output = await clone.runs("up");
    [url, namespace] = [printedUrl(output), printedNamespace(output)];
    return output;
  };
  const image = async () =>
    await kubectl(
      "get",
      "deployment",
      "--namespace",
      namespace,
      "--output",
      "jsonpath={.items[0].spec.template.spec.containers[0].image}",
    );
  const deployment = async () =>
    await kubectl("get", "deployment", "--namespace", namespace, "--output", "name");
  const scale = async (replicas: number) =>
    await kubectl("scale", await deployment(), "--namespace", namespace, `--replicas=${replicas}`);

  before(async () => {
    clone = await newClone("e2e-repair", { nodePort: "30181" });
    await up();
    document = await addDocument(url, { kept: true });
  });
  after(async () => {
    await clone.runs("down");
    await clone.remove();
  });

  it("an image that is gone from the node", async () => {
    const wanted = await image();
    await scale(0);
    const pods = ["pod", "--namespace", namespace, "--selector", "app.kubernetes.io/name=web"];
    await kubectl("wait", "--for=delete", ...pods);
    await run("minikube", ["image", "rm", wanted]);
    await scale(2);
    await up();
    const { stdout } = await run("minikube", ["image", "ls"]);
    expect(stdout).to.include(wanted.replace(/^.*\//, ""));
    expect(await documentsAt(url)).to.deep.equal([document]);
  });

  it("a Deployment that was scaled to zero by hand", async () => {
    await scale(0);
    await up();
    expect(await documentsAt(url)).to.deep.equal([document]);
  });

  it("an image of the Deployment that was changed by hand", async () => {
    const wanted = await image();
    await kubectl("set", "image", await deployment(), "--namespace", namespace, "web=koa-mongo-stack:none");
    await up();
    expect(await image()).to.equal(wanted);
    expect(await documentsAt(url)).to.deep.equal([document]);
  });

  it("a Service that was deleted by hand", async () => {
    const services = await kubectl("get", "service", "--namespace", namespace, "--output", "name");
    const web = services.split("\n").find((name) => /service\/web-[0-9a-f]{8}$/.test(name)) ?? "";
    await kubectl("delete", web, "--namespace", namespace);
    await up();
    expect(await documentsAt(url)).to.deep.equal([document]);
  });
});
