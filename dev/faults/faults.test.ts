import { expect } from "chai";
import { rollOutBrokenImage, changeConfig, changeImage } from "./causes/rollout.ts";
import { drainNode } from "./causes/eviction.ts";
import { fillMemory } from "./causes/memory-fill.ts";
import { deleteDatabasePod, deletePod, forceDeletePod } from "./causes/pod-deletion.ts";
import { restartMinikube } from "./causes/minikube-restart.ts";
import { scaleDown, scaleUp } from "./causes/scale-down.ts";
import { slowDatabase } from "./causes/slow-database.ts";
import { watchMemory } from "../../tools/traffic/pod-memory.ts";
import { profile } from "../cluster-tests/support/cluster-kubectl.ts";
import { FaultRun } from "./fault-run.ts";
import type { Summary } from "../../tools/traffic/request-samples.ts";

/** Memory limit of a pod of the service, in MiB. */
const memoryLimitMiB = 128;

/** Default of `DEADLINE_MS`, the maximum time to an answer. */
const deadlineMs = 2000;

// After each disruption, the service must recover by itself. At the end, the run looks for every acknowledged write.
describe("disruptions under a constant load", () => {
  let run: FaultRun;
  let finish: (() => Promise<void>) | undefined;
  before(async () => {
    run = await FaultRun.start();
    finish = () => run.finish();
  });
  after(() => finish?.());

  describe("no request fails", () => {
    let requests = 0;
    let faults = 0;
    const harmless = (title: string, cause: () => Promise<readonly string[]>) => {
      it(title, async () => {
        const summary = await run.under(title, cause);
        requests += summary.requests;
        faults++;
        expectNoFailure(summary);
      });
    };

    harmless("rollout of a changed image", () => changeImage(run));
    harmless("rollout of a changed config", () => changeConfig(run));
    harmless("a pod is deleted", () => deletePod(run));
    harmless("a pod is deleted by force", () => forceDeletePod(run));
    harmless("pods are scaled down", async () => {
      const from = await scaleUp(run);
      run.mark(`${from} pods`);
      await scaleDown(run);
      return [`${from} → 2 pods`];
    });
    harmless("a node is drained", () => drainNode(run));

    after("has sent 50,000 requests, if all of these tests ran", () => {
      if (faults === 6) expect(requests).to.be.at.least(50_000);
    });
  });

  it("a broken image: the old pods continue to serve, up names the cause, and the next up succeeds", async () => {
    let message = "";
    const summary = await run.under("a broken image", async () => {
      message = await rollOutBrokenImage(run);
      return [];
    });
    expect(message).to.match(/web.*(timed out|did not|progress)/is);
    expectNoFailure(summary);
  });

  it("MongoDB's pod is deleted: 503 until its pod is ready, and no failure ten seconds later", async () => {
    const title = "MongoDB's pod is deleted";
    let ready = 0;
    const summary = await run.under(title, async () => {
      ready = await deleteDatabasePod(run);
      return [];
    });
    // Without a ready pod, a Service rejects connections.
    expect(reasons(summary, "shed", "refused")).to.deep.equal({});
    expect(run.lastFailureAfter(ready)).to.be.below(10_000);
  });

  it("minikube is stopped and started: no wrong answer, and no failure ten seconds after the start", async () => {
    const title = "minikube is stopped and started";
    let ready = 0;
    const summary = await run.under(title, async () => {
      const begun = run.now();
      ready = await restartMinikube(run);
      return [`ready ${((ready - begun) / 1000).toFixed(0)} s after the stop began`];
    });
    // Connections break, because a node's network stops before its pods, and starts before the rules of the pods.
    expect(reasons(summary, "shed", "refused", "broken")).to.deep.equal({});
    expect(run.lastFailureAfter(ready)).to.be.below(10_000);
  });

  it("memory is filled to its limit: a container ends, and only its in-flight requests fail", async () => {
    const summary = await run.under("memory is filled", () => fillMemory(run));
    expect(reasons(summary, "shed", "refused", "broken")).to.deep.equal({});
    expect(summary.failed + summary.shed).to.be.below(200);
    expect(summary.outage).to.be.below(3000);
  });

  it("a slow MongoDB: every answer comes within the deadline, and memory stays below its limit", async () => {
    let peakMiB = 0;
    let slow: Summary | undefined;
    const summary = await run.under("a slow MongoDB", async () => {
      const start = run.now();
      const memory = watchMemory(profile, run.namespace);
      await slowDatabase(run, { stoppedSeconds: 0.3, runningSeconds: 0.1, seconds: 15 });
      await slowDatabase(run, { stoppedSeconds: 0.9, runningSeconds: 0.1, seconds: 15 });
      await memory.stop();
      slow = run.since(start);
      peakMiB = memory.peakMiB;
      return [
        `p99 ${slow.p99.toFixed(0)} ms while it was slow`,
        `the largest pod used ${peakMiB.toFixed(0)} Mi, ${memory.restarts} restarts`,
      ];
    });
    expect(reasons(summary, "shed")).to.deep.equal({});
    expect(slow?.p99).to.be.below(deadlineMs);
    expect(peakMiB).to.be.within(1, memoryLimitMiB);
  });
});

function expectNoFailure(summary: Summary): void {
  expect(reasons(summary)).to.deep.equal({});
}

/** Number of failures by reason, without the allowed reasons. */
function reasons(summary: Summary, ...allowed: string[]): Record<string, number> {
  const bad = [...summary.reasons].filter(
    ([reason]) => !allowed.some((kind) => reason.startsWith(`${kind}:`)),
  );
  return Object.fromEntries(bad);
}
