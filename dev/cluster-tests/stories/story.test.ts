import { expect } from "chai";
import {
  requestUntil,
  dataDirectories,
  eventually,
  names,
  untilPageHas,
} from "../support/running-cluster.ts";
import { bytesOf } from "../../../infra/cluster/nodes/quantity.ts";
import { webLimits } from "../../../infra/web/web-defaults.ts";
import { bodiesResult, sendLargeBodies } from "../../bench-cluster/memory-loads.ts";
import { kubectl } from "../support/cluster-kubectl.ts";
import { pods } from "../support/cluster-objects.ts";
import { peakMemory } from "../support/peak-memory.ts";
import { webSelector } from "../support/stack-pods.ts";
import { createTestStack, type Outputs, type TestStack } from "../support/test-stack.ts";

const greeting = "Hello World, from Docker and Kubernetes!";
const newGreeting = "Hello again, from Docker and Kubernetes!";

describe("the life of a stack", () => {
  let stack: TestStack;
  let outputs: Outputs;
  let volumesBefore: string[];
  let document: { _id: string };
  const times: [string, number][] = [];

  /** Defines a step of the story: a test whose duration is in the table at the end. */
  function step(title: string, action: () => Promise<void>): void {
    it(title, async () => {
      const start = performance.now();
      await action();
      times.push([title, (performance.now() - start) / 1000]);
    });
  }
  const read = () => eventually(`${outputs.url}/data/${document._id}`, ({ status }) => status === 200);

  before(async () => {
    volumesBefore = await names("persistentvolume");
    stack = await createTestStack("e2e");
  });
  after(async () => {
    for (const [title, seconds] of times) console.log(`    ${seconds.toFixed(1).padStart(6)} s  ${title}`);
    await stack.remove();
  });

  step("up from nothing: the URL answers at once", async () => {
    ({ outputs } = await stack.up());
    const page = await fetch(outputs.url);
    expect(page.status).to.equal(200);
    expect(await page.text())
      .to.include(greeting)
      .and.match(/connected<\/span><\/dd>\n<dd>version \d/);
    expect(outputs.namespace).to.match(/^koa-mongo-stack-e2e-/);
    expect(outputs.replicas).to.equal(2);
  });

  step("a document is added and read", async () => {
    const headers = { "Content-Type": "application/json" };
    const added = await fetch(`${outputs.url}/data`, { method: "POST", headers, body: '{"name":"Ada"}' });
    expect(added.status).to.equal(201);
    document = (await added.json()) as typeof document;
    expect(await (await read()).json()).to.deep.equal(document);
  });

  step("up again: nothing changes", async () => {
    const { changes } = await stack.up();
    const { same, ...others } = changes;
    expect(others).to.deep.equal({});
    expect(same).to.be.greaterThan(30);
    // By now the cluster's DNS knows the pods.
    await untilPageHas(outputs.url, "pods are ready");
  });

  step("up with changed code: new pods serve it and no request fails", async () => {
    await stack.project.replace("service/page/page-view.ts", greeting, newGreeting);
    const failures: string[] = [];
    const upDone = new AbortController();
    const requests = requestUntil(upDone.signal, `${outputs.url}/data/${document._id}`, failures);
    const { outputs: after } = await stack.up().finally(() => {
      upDone.abort();
    });
    expect(await requests).to.be.greaterThan(20);
    expect(failures).to.deep.equal([]);
    expect(after.image).not.to.equal(outputs.image);
    await untilPageHas(outputs.url, newGreeting);
    expect(await (await read()).json()).to.deep.equal(document);
  });

  step("400 bodies of 100 KiB at once: each is stored or rejected, and memory stays free", async () => {
    const answers: string[] = [];
    for (let round = 0; round < 8; round++) answers.push(...(await sendLargeBodies(outputs.url, 400)));
    expect(bodiesResult(answers)).to.include({ isComplete: true });
    for (const { metadata, status } of await pods(outputs.namespace, webSelector)) {
      expect(status.containerStatuses?.[0]?.restartCount).to.equal(0);
      // With cgroup v2, the buffers of sockets count too: up to 20 MiB here.
      expect(await peakMemory(outputs.namespace, metadata.name)).to.be.below(
        0.75 * bytesOf(webLimits.memory),
      );
    }
  });

  step("MongoDB's pod deleted: the document is there again", async () => {
    await kubectl(
      "delete",
      "pod",
      "--namespace",
      outputs.namespace,
      "--selector",
      "app.kubernetes.io/name=mongodb",
    );
    expect(await (await read()).json()).to.deep.equal(document);
  });

  step("destroy: nothing is left in the cluster", async () => {
    await stack.destroy();
    // Kubernetes keeps the empty namespace for a few seconds after `destroy`.
    await kubectl("wait", "--for=delete", `namespace/${outputs.namespace}`, "--timeout=30s");
    expect(await names("persistentvolume")).to.deep.equal(volumesBefore);
    expect(await dataDirectories()).not.to.include("koa-mongo-stack-e2e");
  });

  step("up once more: works, with a database as new", async () => {
    ({ outputs } = await stack.up());
    expect(await (await fetch(`${outputs.url}/data`)).json()).to.deep.equal([]);
  });
});
