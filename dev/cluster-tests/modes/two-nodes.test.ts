import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { list } from "../support/cluster-objects.ts";
import { newClone, type Clone } from "../support/clone.ts";
import { showPods } from "../support/dedicated-cluster.ts";
import { printedNamespace, printedUrl } from "../support/running-service.ts";
import { isReady, until, webSelector } from "../support/stack-pods.ts";
import { underLoad } from "../traffic/under-load.ts";
import { stopAtFirstFailure } from "./support/ordered-tests.ts";
import { removeAfter } from "./support/removals.ts";
import { needsTwoNodes, type TwoNodeCluster } from "./support/two-node-cluster.ts";

const stack = "two-nodes";

describe("two-nodes: npm run up, on a minikube of two nodes", () => {
  const removals = removeAfter();
  let cluster: TwoNodeCluster;
  let user: Clone | undefined;
  let namespace: string;
  let url: string;

  before(async function () {
    cluster = await needsTwoNodes(this);
    removals.push(async () => user?.remove());
    removals.push(() => cluster.cleanUp(async () => user?.runs("down")));
    user = await newClone(stack, { minikubeProfile: cluster.profile });
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await showPods(cluster.kubectl);
  });
  stopAtFirstFailure();

  const up = async () => {
    if (user === undefined) throw new Error("no clone");
    const output = await user.runs("up");
    url = printedUrl(output);
    namespace = printedNamespace(output);
    return output;
  };
  /** Nodes of the service's ready pods. */
  const readyPodsNodes = async () => {
    const labelSelector = webSelector;
    const pods = await list(
      ({ core }) => core.listNamespacedPod({ namespace, labelSelector }),
      cluster.profile,
    );
    return pods.filter(isReady).map(({ spec }) => spec.nodeName);
  };

  it("loads the image into both nodes, and the URL answers", async () => {
    await up();
    const pages = await Promise.all(Array.from({ length: 20 }, async () => await (await fetch(url)).text()));
    expect(pages.filter((page) => page.includes("Hello World"))).to.have.length(20);
    expect(new Set(await readyPodsNodes()).size).to.equal(2);
  });

  it("again: nothing changes", async () => {
    expect(await up()).to.match(/Resources:\s+\S*\s*\d+ unchanged/);
  });

  it("a node is drained under load, and no request fails", async () => {
    const { kubectl, other } = cluster;
    const summary = await underLoad(url, async () => {
      await kubectl("drain", other, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=180s");
      await until("all pods are on other nodes", 120, async () => {
        const nodes = await readyPodsNodes();
        return nodes.length >= 2 && !nodes.includes(other);
      });
      // By now, a client would notice a connection to a deleted pod.
      await sleep(10_000);
    });
    await kubectl("uncordon", other);
    expect(summary.requests).to.be.greaterThan(1000);
    expect(Object.fromEntries(summary.reasons)).to.deep.equal({});
    expect(summary.losses).to.deep.equal([]);
  });

  it("spreads its pods again with the next rollout", async () => {
    await user?.project.replace("service/page/page-view.ts", "Hello World", "Hello again");
    await up();
    await until("the pods are on both nodes", 120, async () => new Set(await readyPodsNodes()).size === 2);
  });

  it("a node is stopped, and the service answers, with its pods on the other node", async () => {
    await cluster.minikube("node", "stop", "m02");
    // Uses a new connection each time, because an old one may lead to a pod of the stopped node.
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
      const here = (await readyPodsNodes()).filter((node) => node === cluster.profile);
      return here.length >= 2;
    });
    await cluster.minikube("node", "start", "m02");
  });

  it("npm run down leaves nothing on the nodes", async () => {
    await user?.runs("down");
    // Kubernetes keeps the empty namespace for a few more seconds.
    await until("nothing of the stack is in the cluster", 30, async () => {
      const ofStack = ["--selector", `app.kubernetes.io/instance=${namespace}`];
      const volumes = await cluster.kubectl("get", "persistentvolumes", ...ofStack, "--output=name");
      const found = await cluster.kubectl(
        "get",
        "namespace",
        namespace,
        "--ignore-not-found",
        "--output=name",
      );
      return volumes === "" && found === "";
    });
    for (const node of [cluster.profile, cluster.other])
      expect(await cluster.minikube("ssh", "--node", node, "--", "ls", "/data")).not.to.include(
        `koa-mongo-stack-${stack}`,
      );
  });
});
