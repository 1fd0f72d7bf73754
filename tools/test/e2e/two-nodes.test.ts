import { expect } from "chai";
import { kubectl, minikube, newUser, printedUrl, showPods, type User } from "./machine.ts";

describe("npm run up, on a minikube of two nodes", () => {
  let user: User;

  before(async () => {
    user = await newUser();
    await minikube("start", "--cni=calico", "--addons=metrics-server", "--nodes", "2");
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await showPods();
  });
  after(async () => {
    await user.leave();
  });

  it("loads the image into both, and the URL answers", async () => {
    const output = await user.runs("up");
    const pages = await Promise.all(
      Array.from({ length: 20 }, async () => await (await fetch(printedUrl(output))).text()),
    );
    expect(pages.filter((page) => page.includes("Hello World"))).to.have.length(20);
    const nodes = await kubectl(
      "get",
      "pods",
      "--all-namespaces",
      "--selector=app.kubernetes.io/name=web",
      "--output=jsonpath={.items[*].spec.nodeName}",
    );
    expect(new Set(nodes.split(" ")).size).to.equal(2);
  });

  it("again: nothing changes", async () => {
    expect(await user.runs("up")).to.match(/Resources:\s+\S*\s*\d+ unchanged/);
  });

  it("npm run down leaves nothing on them", async () => {
    await user.runs("down");
    // Kubernetes keeps the empty name a few seconds longer.
    const ours = "--selector=app.kubernetes.io/part-of=koa-mongo-stack";
    await kubectl("wait", "--for=delete", "namespace", ours, "--timeout=30s");
    expect(await kubectl("get", "namespaces,persistentvolumes", "--output=name")).not.to.include(
      "koa-mongo-stack",
    );
    expect(await minikube("ssh", "--", "ls", "/data")).not.to.include("koa-mongo-stack");
  });
});
