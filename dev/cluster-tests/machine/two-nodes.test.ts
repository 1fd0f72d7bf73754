import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { list } from "../support/cluster-objects.ts";
import { isReady, until } from "../support/stack-pods.ts";
import { kubectl, minikube, newUser, profile, showPods, type User } from "../support/own-machine.ts";
import { printedUrl } from "../support/running-service.ts";
import { underLoad } from "../traffic/under-load.ts";

/** The node that has not the database's files. */
const other = `${profile}-m02`;

describe("npm run up, on a minikube of two nodes", () => {
  let user: User;
  let url: string;

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
    url = printedUrl(await user.runs("up"));
    const pages = await Promise.all(Array.from({ length: 20 }, async () => await (await fetch(url)).text()));
    expect(pages.filter((page) => page.includes("Hello World"))).to.have.length(20);
    expect(new Set(await readyPodsNodes()).size).to.equal(2);
  });

  it("again: nothing changes", async () => {
    expect(await user.runs("up")).to.match(/Resources:\s+\S*\s*\d+ unchanged/);
  });

  it("a node is drained under load, and no request fails", async () => {
    const outcome = await underLoad(url, async () => {
      await kubectl("drain", other, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=180s");
      await until("all pods are elsewhere", 120, async () => {
        const nodes = await readyPodsNodes();
        return nodes.length >= 2 && !nodes.includes(other);
      });
      // Whoever still has a connection to a pod that is gone would notice by now.
      await sleep(10_000);
    });
    await kubectl("uncordon", other);
    expect(outcome.requests).to.be.greaterThan(1000);
    expect(Object.fromEntries(outcome.reasons)).to.deep.equal({});
    expect(outcome.losses).to.deep.equal([]);
  });

  it("spreads its pods again with the next rollout", async () => {
    await user.project.replace("service/page/page-view.ts", "Hello World", "Hello again");
    url = printedUrl(await user.runs("up"));
    await until("the pods are on both nodes", 120, async () => new Set(await readyPodsNodes()).size === 2);
  });

  it("a node is stopped, and the service answers, with its pods on the one that is left", async () => {
    await minikube("node", "stop", "m02");
    // On a connection of its own each time: one from before may lead to a pod of that node.
    const ask = async () => {
      const signal = AbortSignal.timeout(2000);
      const answer = await fetch(url, { headers: { Connection: "close" }, signal });
      await answer.text();
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    };
    await until("20 answers in a row", 180, async () => {
      for (let answers = 0; answers < 20; answers++) await ask();
      return true;
    });
    await until("two pods are ready on the first node", 240, async () => {
      const here = (await readyPodsNodes()).filter((node) => node === profile);
      return here.length >= 2;
    });
    await minikube("node", "start", "m02");
  });

  it("npm run down leaves nothing on them", async () => {
    await user.runs("down");
    // Kubernetes keeps the empty namespace's name a few seconds more.
    await until("nothing is in the cluster", 30, async () => {
      const left = await kubectl("get", "namespaces,persistentvolumes", "--output=name");
      return !left.includes("koa-mongo-stack");
    });
    expect(await minikube("ssh", "--", "ls", "/data")).not.to.include("koa-mongo-stack");
  });
});

/** The node of each of the service's pods that takes requests. */
async function readyPodsNodes(): Promise<(string | undefined)[]> {
  const labelSelector = "app.kubernetes.io/name=web";
  const pods = await list(({ core }) => core.listPodForAllNamespaces({ labelSelector }), profile);
  return pods.filter(isReady).map(({ spec }) => spec.nodeName);
}
