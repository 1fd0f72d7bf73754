import { stripVTControlCharacters } from "node:util";
import { expect } from "chai";
import { memberLabelsOf } from "../../../infra/platform/pod-defaults.ts";
import { goodProfile } from "../../../infra/test/support/fake-minikube.ts";
import { silentStep } from "../../terminal/steps.ts";
import { status } from "../../commands/status.ts";
import type { KubernetesObject } from "../../status/kubernetes-object.ts";
import { readDeployment, readEvents, readMongodb, readScaling } from "../../status/read-objects.ts";
import { isWell, type Status } from "../../status/stack-status.ts";
import { inWords } from "../../status/status-text.ts";
import { answering, type Answering } from "../support/answering-server.ts";
import { fakeMachine, type Machine, type Setup } from "../support/fake-machine.ts";
import { runUp } from "../support/run-command.ts";
import { ago, autoscaler, event, now, pod, wellStack, workload } from "../support/fake-stack.ts";

/** What `status` makes of these objects. */
function statusOf(objects: readonly KubernetesObject[], over: Partial<Status> = {}): Status {
  return {
    time: now.toISOString(),
    profile: "minikube",
    namespace: "koa-mongo-stack-dev-1",
    url: { address: "http://192.0.2.1:30080", ok: true, ms: 4, version: "0.1.0", mongodbRoundTripMs: 0.8 },
    service: readDeployment(objects, now),
    scaling: readScaling(objects),
    mongodb: { ...readMongodb(objects, now), isExternal: false, roundTripMs: 0.8 },
    events: readEvents(objects, now),
    ...over,
  };
}

const words = (objects: readonly KubernetesObject[], over?: Partial<Status>) =>
  stripVTControlCharacters(inWords(statusOf(objects, over)))
    .split("\n")
    .slice(1)
    .join("\n");

describe("status in words", () => {
  it("is one screen where all is well", () => {
    expect(words(wellStack())).to.equal(`
URL       http://192.0.2.1:30080 answers in 4 ms, version 0.1.0
pods      2 of 2 pods ready
            web-1-aaaaa: ready, up 10 min
            web-1-bbbbb: ready, up 1 d, restarted once
image     koa-mongo-stack:abc
scaling   2 pods of 2 to 5, CPU 12 % of 50 %
MongoDB   ready, mongo:8.0, round trip 0.8 ms, up 2 h
warnings  none that still matters`);
    expect(isWell(statusOf(wellStack()))).to.equal(true);
  });

  it("says what is wrong with a pod", () => {
    const objects = [
      workload("Deployment", 0, 4),
      pod("web-a", "web", { ready: false, state: { waiting: { reason: "CrashLoopBackOff" } } }),
      pod("web-b", "web", {
        ready: false,
        restartCount: 3,
        lastState: { terminated: { reason: "OOMKilled", exitCode: 137 } },
      }),
      pod("web-c", "web", { deleted: true }),
      pod("web-d", "web", { ready: false, phase: "Pending", image: "koa-mongo-stack:def", age: 5 }),
    ];
    const text = words(objects);
    expect(text).to.include("pods      0 of 4 pods ready");
    expect(text).to.include("web-a: CrashLoopBackOff, up 10 min\n");
    expect(text).to.include("web-b: not ready, up 10 min, restarted 3 times (OOMKilled)\n");
    expect(text).to.include("web-c: stopping, up 10 min\n");
    expect(text).to.include("web-d: Pending, up 5 s\n");
    expect(text).to.include("image     koa-mongo-stack:abc and koa-mongo-stack:def\n");
    expect(text).to.include("MongoDB   is not there\n");
    expect(isWell(statusOf(objects))).to.equal(false);
  });

  it("tells of a replica set, whose members are the operator's", () => {
    const ofOperator = (object: KubernetesObject): KubernetesObject => ({
      ...object,
      metadata: { ...object.metadata, labels: memberLabelsOf("mongodb") },
    });
    const objects = (ready: number) => [
      ...wellStack().filter(({ metadata }) => !metadata.name.startsWith("mongodb")),
      ofOperator(workload("StatefulSet", ready, 3)),
      ofOperator(pod("mongodb-rs0-0", "mongodb", { image: "percona/percona-server-mongodb:8.0" })),
      ofOperator(
        pod("mongodb-rs0-1", "mongodb", { image: "percona/percona-server-mongodb:8.0", ready: false }),
      ),
    ];
    expect(words(objects(3))).to.include(
      "MongoDB   3 of 3 pods ready, percona/percona-server-mongodb:8.0, round trip 0.8 ms, up 10 min\n",
    );
    expect(isWell(statusOf(objects(3)))).to.equal(true);
    expect(words(objects(2)))
      .to.include("MongoDB   2 of 3 pods ready")
      .and.include("mongodb-rs0-1: not ready");
    expect(isWell(statusOf(objects(2)))).to.equal(false);
  });

  it("knows of somebody else's MongoDB what the service knows", () => {
    const objects = wellStack().filter(({ metadata }) => !metadata.name.startsWith("mongodb"));
    const mongodb = { ...readMongodb(objects, now), isExternal: true, roundTripMs: 12 };
    expect(words(objects, { mongodb })).to.include("MongoDB   external, round trip 12 ms\n");
    expect(isWell(statusOf(objects, { mongodb }))).to.equal(true);
    expect(isWell(statusOf(objects))).to.equal(false);
  });

  it("says where the autoscaler is going, and that it sees no CPU", () => {
    expect(words([autoscaler(2, 5, 180)])).to.include(
      "scaling   2, on the way to 5 pods of 2 to 5, CPU 180 % of 50 %",
    );
    const unmeasured = "scaling   2 pods of 2 to 5, CPU not measured yet";
    expect(words([autoscaler(2, 2)])).to.include(unmeasured);
    expect(words([autoscaler(2, 0)])).to.include(unmeasured);
    expect(words([])).to.include("scaling   there is no autoscaler");
  });

  it("says why the URL does not serve", () => {
    const url = { address: "http://x", ok: false, fault: "connect ECONNREFUSED" };
    expect(words(wellStack(), { url })).to.include("URL       http://x does not serve: connect ECONNREFUSED");
    expect(isWell(statusOf(wellStack(), { url }))).to.equal(false);
  });

  it("shows the newest warnings of the last hour, in a line each", () => {
    const events = [
      pod("web-1", "web", { ready: false }),
      event("Old", 3700),
      event("Normal", 1, { type: "Normal" }),
      event("Unhealthy", 120, { count: 7, message: `Readiness probe failed:\n ${"x".repeat(200)}` }),
      event("BackOff", 30, { lastTimestamp: null, eventTime: ago(30) }),
      ...Array.from({ length: 5 }, (_, i) => event(`Later${i}`, 200 + i)),
    ];
    const lines = words(events).split("warnings\n")[1]?.split("\n") ?? [];
    expect(lines).to.have.length(5);
    expect(lines[0]).to.equal("            30 s ago, Pod web-1: BackOff, BackOff happened");
    expect(lines[1]).to.match(
      /^ {12}2 min ago \(7 times\), Pod web-1: Unhealthy, Readiness probe failed: x+…$/,
    );
    expect(lines[1]?.length).to.be.lessThan(123);
  });

  it("says nothing more of what was mended since", () => {
    const about = (kind: string, name: string) => ({ involvedObject: { kind, name } });
    const since = (condition: string, seconds: number) => ({
      status: { conditions: [{ type: condition, status: "True", lastTransitionTime: ago(seconds) }] },
    });
    const events = [
      { ...pod("web-1-aaaaa", "web"), ...since("Ready", 100) },
      { ...autoscaler(2, 2, 12), ...since("ScalingActive", 100) },
      event("BeforeItWasReady", 120, about("Pod", "web-1-aaaaa")),
      event("AfterItWasReady", 80, about("Pod", "web-1-aaaaa")),
      event("BeforeItMeasured", 120, about("HorizontalPodAutoscaler", "web")),
      event("OfOneThatIsGone", 20, about("Pod", "web-1-bbbbb")),
      event("OfSomethingElse", 120, about("Node", "minikube")),
    ];
    expect(readEvents(events, now).map(({ reason }) => reason)).to.deep.equal([
      "AfterItWasReady",
      "OfSomethingElse",
    ]);
  });
});

describe("npm run status", function () {
  this.timeout(60_000);
  let machine: Machine;
  let service: Answering;

  beforeEach(async () => {
    const mongodb = { state: "connected", version: "8.0.1", roundTripMs: 0.5 };
    service = await answering(200, { status: "ok", version: "0.1.0", mongodb }, "/health");
  });
  afterEach(() => {
    service.close();
    machine.remove();
  });

  const kubectl = (objects: readonly KubernetesObject[]) => `case "$*" in
    *"get deployments,statefulsets,pods,horizontalpodautoscalers,events --namespace koa-mongo-stack-dev-1234 "*)
      printf '%s' '${JSON.stringify({ items: objects })}' ;;
    *kube-system*) printf uid-1 ;;
    *) exit 64 ;;
  esac`;

  /** Runs it where `up` has run, and changes nothing. */
  async function run(args: readonly string[], setup: Setup) {
    const upService = await answering(200, {}, "/");
    const { config = {} } = setup;
    machine = fakeMachine({ url: upService.url, config });
    expect(await runUp(machine)).to.include({ code: 0 });
    upService.close();
    machine.changes();
    machine.set({ url: service.url, ...setup });
    const printed: string[] = [];
    const print = (text: string) => void printed.push(text);
    const context = { ...machine, step: silentStep, print, patience: 50 };
    const code = await status(args, context);
    expect(machine.changes()).to.deep.equal([]);
    return { code, text: stripVTControlCharacters(printed.join("\n").trim()) };
  }

  it("prints one screen, and ends with 0 where all is well", async () => {
    const { code, text } = await run([], { programs: { kubectl: kubectl(wellStack()) } });
    expect(text).to.match(/^koa-mongo-stack-dev-1234 on minikube, \d\d:\d\d:\d\d: all is well\n\nURL +http/);
    expect(text).to.include("2 of 2 pods ready").and.include("round trip 0.5 ms");
    expect(code).to.equal(0);
  });

  it("prints JSON for programs, and ends with 1 where something is wrong", async () => {
    const objects = [workload("Deployment", 1, 2), workload("StatefulSet", 1, 1)];
    const { code, text } = await run(["--json"], { programs: { kubectl: kubectl(objects) } });
    const found = JSON.parse(text) as Status;
    expect(found.service).to.deep.include({ wanted: 2, ready: 1 });
    expect(found.url).to.deep.include({ address: service.url, ok: true, version: "0.1.0" });
    expect(code).to.equal(1);
  });

  describe("with an Ingress", () => {
    const config = { expose: "ingress", host: "koa-mongo.test" };
    const profiles = [{ ...goodProfile, Config: { ...goodProfile.Config, Nodes: [{ IP: "127.0.0.1" }] } }];
    const programs = { kubectl: kubectl(wellStack()) };
    const setup = () => ({ config, profiles, programs, url: service.url.replace("127.0.0.1", config.host) });

    it("asks at the node's address, because this machine need not know the host name", async () => {
      const { code, text } = await run([], setup());
      expect(text).to.match(/\nURL +http:\/\/koa-mongo\.test:\d+ answers in \d+ ms, version 0\.1\.0\n/);
      expect(code).to.equal(0);
    });

    it("says what the controller answers when there is no pod", async () => {
      service.close();
      service = await answering(503, "<html>Service Temporarily Unavailable</html>", "/health");
      const { code, text } = await run([], setup());
      expect(text).to.match(/\nURL +http:\/\/koa-mongo\.test:\d+ does not serve: HTTP 503\n/);
      expect(code).to.equal(1);
    });
  });

  it("asks minikube's kubectl where there is no other", async () => {
    const minikube = `if [ "$1" = kubectl ]; then ${kubectl(wellStack())}
      elif [ "$1" = version ]; then echo '{"minikubeVersion":"v1.37.0"}'; fi`;
    const { code } = await run([], { programs: { kubectl: undefined, minikube } });
    expect(code).to.equal(0);
  });

  it("says why the cluster does not answer", async () => {
    const programs = { kubectl: "echo 'connection refused' >&2; exit 1" };
    const { code, text } = await run([], { programs });
    expect(text).to.equal(
      "The cluster does not answer: connection refused. See what is wrong: npm run doctor",
    );
    expect(code).to.equal(1);
  });

  it("says that there is no stack, what it does not know, and what it is not for", async () => {
    machine = fakeMachine();
    const printed: string[] = [];
    const context = {
      ...machine,
      step: silentStep,
      print: (text: string) => void printed.push(text),
      patience: 50,
    };
    expect(await status([], context)).to.equal(1);
    expect(await status(["--jsn"], context)).to.equal(1);
    const project = { ...machine.project, cluster: "current" };
    expect(await status([], { ...context, project })).to.equal(1);
    expect(printed.map((text) => text.trim())).to.deep.equal([
      "There is no stack dev. Run: npm run up",
      "status knows --json and --watch, not --jsn.",
      "This is for minikube, and the stack dev has the cluster current.",
    ]);
  });
});
