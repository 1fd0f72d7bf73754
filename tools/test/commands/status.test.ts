import { writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { expect } from "chai";
import { memberLabelsOf, podLabels } from "../../../infra/platform/pod-defaults.ts";
import { goodProfile } from "../../../infra/test/support/fake-minikube.ts";
import { freePort } from "../../../service/dev/free-port.ts";
import { status, type StatusOptions } from "../../commands/status.ts";
import type { V1MicroTime, V1ObjectMeta } from "@kubernetes/client-node";
import { readEvents } from "../../status/read-events.ts";
import { readDeployment, readMongodb, readScaling, type StackObjects } from "../../status/read-objects.ts";
import { isHealthy, type Status } from "../../status/stack-status.ts";
import { formatStatus } from "../../status/status-text.ts";
import { answering, type Answering } from "../support/answering-server.ts";
import { fakeMachine, type Machine, type Setup } from "../support/fake-machine.ts";
import { FakeApiServer, kubeconfig, paths } from "../support/fake-api-server.ts";
import { runOn, runUp } from "../support/run-command.ts";
import {
  ago,
  autoscaler,
  deployment,
  event,
  now,
  pod,
  stackOf,
  statefulSet,
  healthyStack,
} from "../support/fake-stack.ts";

/** The wording of Node 24. */
const tlsError =
  "unable to verify the first certificate; if the root CA is installed locally, try running Node.js with --use-system-ca";

/** The status that `status` derives from these objects. */
function statusOf(objects: StackObjects, over: Partial<Status> = {}): Status {
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

const words = (objects: StackObjects, over?: Partial<Status>) =>
  stripVTControlCharacters(formatStatus(statusOf(objects, over)))
    .split("\n")
    .slice(1)
    .join("\n");

/** The times of an event of the newer API, as the client returns them: null, and a string. */
function unseenTime(time: Date) {
  return {
    lastTimestamp: null as unknown as Date,
    eventTime: time.toISOString() as unknown as V1MicroTime,
  };
}

/** A healthy stack with an external MongoDB. */
function withoutMongodb(): StackObjects {
  const stack = healthyStack();
  return {
    ...stack,
    statefulSets: [],
    pods: stack.pods.filter(({ metadata }) => metadata?.name?.startsWith("mongodb") !== true),
  };
}

describe("status in words", () => {
  it("is one screen where the stack is healthy", () => {
    expect(words(healthyStack())).to.equal(`
URL       http://192.0.2.1:30080 answers in 4 ms, version 0.1.0
pods      2 of 2 pods ready
            web-1-aaaaa: ready, up 10 min
            web-1-bbbbb: ready, up 1 d, restarted once
image     koa-mongo-stack:abc
scaling   2 pods of 2 to 5, CPU 12 % of 50 %
MongoDB   ready, mongo:8.0, round trip 0.8 ms, up 2 h
warnings  none`);
    expect(isHealthy(statusOf(healthyStack()))).to.equal(true);
  });

  it("says what is wrong with a pod", () => {
    const objects = stackOf({
      deployments: [deployment(0, 4)],
      pods: [
        pod("web-a", "web", { ready: false, state: { waiting: { reason: "CrashLoopBackOff" } } }),
        pod("web-b", "web", {
          ready: false,
          restartCount: 3,
          lastState: { terminated: { reason: "OOMKilled", exitCode: 137 } },
        }),
        pod("web-c", "web", { deleted: true }),
        pod("web-d", "web", { ready: false, phase: "Pending", image: "koa-mongo-stack:def", age: 5 }),
      ],
    });
    const text = words(objects);
    expect(text).to.include("pods      0 of 4 pods ready");
    expect(text).to.include("web-a: CrashLoopBackOff, created 10 min ago\n");
    expect(text).to.include("web-b: not ready, created 10 min ago, restarted 3 times (OOMKilled)\n");
    expect(text).to.include("web-c: stopping, created 10 min ago\n");
    expect(text).to.include("web-d: Pending, created 5 s ago\n");
    expect(text).to.include("image     koa-mongo-stack:abc and koa-mongo-stack:def\n");
    expect(text).to.include("MongoDB   not found\n");
    expect(isHealthy(statusOf(objects))).to.equal(false);
  });

  it("says what keeps a pod from starting", () => {
    const state = { waiting: { reason: "ImagePullBackOff", message: "Back-off pulling image" } };
    const message = "mongod: starting\nThe data are of MongoDB 8.0, and MongoDB 7.0 can't read them.\n";
    const text = words(
      stackOf({
        pods: [
          pod("web-a", "web", { ready: false, state }),
          pod("web-b", "web", { ready: false, state, image: "ghcr.io/ada/koa-mongo-stack:1" }),
          pod("mongodb-0", "mongodb", { ready: false, init: { terminated: { exitCode: 62, message } } }),
        ],
        statefulSets: [statefulSet(0, 1)],
      }),
    );
    expect(text).to.include(
      "web-a: ImagePullBackOff, created 10 min ago, the image koa-mongo-stack:abc is gone from the node. Run: npm run up\n",
    );
    expect(text).to.include("web-b: ImagePullBackOff, created 10 min ago, Back-off pulling image\n");
    expect(text).to.match(
      /mongodb-0: .*, The data are of MongoDB 8\.0, and MongoDB 7\.0 can't read them\.\n/,
    );
  });

  it("says why no node runs a pod", () => {
    const unscheduled = pod("web-a", "web", { ready: false, phase: "Pending" });
    const message = "0/1 nodes are available: 1 Insufficient memory.";
    const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message };
    const status = { phase: "Pending", conditions: [condition] };
    expect(words(stackOf({ pods: [{ ...unscheduled, status }] }))).to.include(
      `web-a: Pending, created 10 min ago, ${message}\n`,
    );
  });

  it("is not well while a rollout is stuck, though the previous pods are ready", () => {
    const state = { waiting: { reason: "ImagePullBackOff", message: "Back-off pulling image" } };
    const stuck = pod("web-c", "web", { ready: false, state, image: "ghcr.io/ada/koa-mongo-stack:1" });
    const objects = { ...healthyStack(), pods: [...healthyStack().pods, stuck] };
    expect(statusOf(objects).service).to.deep.include({ wanted: 2, ready: 2 });
    expect(isHealthy(statusOf(objects))).to.equal(false);
  });

  for (const reason of ["CrashLoopBackOff", "CreateContainerConfigError", "RunContainerError"]) {
    it(`is not well while a pod is in ${reason}, even if nothing says why`, () => {
      const stuck = pod("web-c", "web", { ready: false, state: { waiting: { reason } } });
      const objects = { ...healthyStack(), pods: [...healthyStack().pods, stuck] };
      expect(isHealthy(statusOf(objects))).to.equal(false);
    });
  }

  it("is well while a pod starts, or stops with an error", () => {
    const state = { terminated: { exitCode: 1, message: "the drain took too long" } };
    const pods = [
      pod("web-c", "web", { ready: false, state: { waiting: { reason: "ContainerCreating" } } }),
      pod("web-d", "web", { ready: false, deleted: true, state }),
    ];
    const objects = { ...healthyStack(), pods: [...healthyStack().pods, ...pods] };
    expect(isHealthy(statusOf(objects))).to.equal(true);
  });

  it("says why a container isn't created, and that an init container fails repeatedly", () => {
    const missing = { reason: "CreateContainerConfigError", message: 'secret "mongodb-uri-1" not found' };
    const backOff = { reason: "CrashLoopBackOff", message: "back-off 5m0s restarting failed container" };
    const text = words(
      stackOf({
        pods: [
          pod("web-a", "web", { ready: false, state: { waiting: missing }, age: 11 }),
          pod("mongodb-0", "mongodb", {
            ready: false,
            init: { waiting: backOff },
            state: { waiting: { reason: "PodInitializing" } },
          }),
        ],
        statefulSets: [statefulSet(0, 1)],
      }),
    );
    expect(text).to.include(
      'web-a: CreateContainerConfigError, created 11 s ago, secret "mongodb-uri-1" not found\n',
    );
    expect(text).to.include("mongodb-0: CrashLoopBackOff, created 10 min ago\n");
  });

  it("does not take the log before an OOM kill for its reason", () => {
    const message = '{"level":40,"time":1,"err":{"message":"connect ECONNREFUSED"},"msg":"older"}';
    const lastState = { terminated: { reason: "OOMKilled", exitCode: 137, message } };
    const text = words(
      stackOf({ pods: [pod("web-a", "web", { ready: false, restartCount: 1, lastState })] }),
    );
    expect(text).to.include("web-a: not ready, created 10 min ago, restarted once (OOMKilled)\n");
  });

  it("is well with a pod that was evicted and replaced", () => {
    const terminated = {
      exitCode: 137,
      message: "The container could not be located when the pod was terminated",
    };
    const evicted = pod("web-c", "web", { ready: false, phase: "Failed", state: { terminated } });
    expect(isHealthy(statusOf({ ...healthyStack(), pods: [...healthyStack().pods, evicted] }))).to.equal(
      true,
    );
  });

  it("shows a replica set, whose members are the operator's", () => {
    const ofOperator = <T extends { metadata?: V1ObjectMeta }>(object: T): T => ({
      ...object,
      metadata: { ...object.metadata, labels: memberLabelsOf("mongodb") },
    });
    const image = "percona/percona-server-mongodb:8.0";
    const objects = (ready: number) => ({
      ...withoutMongodb(),
      statefulSets: [ofOperator(statefulSet(ready, 3))],
      pods: [
        ...withoutMongodb().pods,
        ofOperator(pod("mongodb-rs0-0", "mongodb", { image })),
        ofOperator(pod("mongodb-rs0-1", "mongodb", { image, ready: false })),
      ],
    });
    expect(words(objects(3))).to.include(
      "MongoDB   3 of 3 pods ready, percona/percona-server-mongodb:8.0, round trip 0.8 ms, up 10 min\n",
    );
    expect(isHealthy(statusOf(objects(3)))).to.equal(true);
    expect(words(objects(2)))
      .to.include("MongoDB   2 of 3 pods ready")
      .and.include("mongodb-rs0-1: not ready");
    expect(isHealthy(statusOf(objects(2)))).to.equal(false);
  });

  it("shows the service's view of an external MongoDB", () => {
    const objects = withoutMongodb();
    const mongodb = { ...readMongodb(objects, now), isExternal: true, roundTripMs: 12 };
    expect(words(objects, { mongodb })).to.include("MongoDB   external, round trip 12 ms\n");
    expect(isHealthy(statusOf(objects, { mongodb }))).to.equal(true);
    expect(isHealthy(statusOf(objects))).to.equal(false);
  });

  it("says where the autoscaler is going, and that it sees no CPU", () => {
    expect(words(stackOf({ autoscalers: [autoscaler(2, 5, 180)] }))).to.include(
      "scaling   2, scaling to 5 pods of 2 to 5, CPU 180 % of 50 %",
    );
    const unmeasured = "scaling   2 pods of 2 to 5, CPU not measured yet";
    expect(words(stackOf({ autoscalers: [autoscaler(2, 2)] }))).to.include(unmeasured);
    expect(words(stackOf({ autoscalers: [autoscaler(2, 0)] }))).to.include(unmeasured);
    expect(words(stackOf({}))).to.include("scaling   there is no autoscaler");
  });

  it("says why the URL is unavailable", () => {
    const url = { address: "http://x", ok: false, fault: "connect ECONNREFUSED" };
    expect(words(healthyStack(), { url })).to.include(
      "URL       http://x is unavailable: connect ECONNREFUSED",
    );
    expect(isHealthy(statusOf(healthyStack(), { url }))).to.equal(false);
  });

  it("says that an index is missing, which the service can't create", () => {
    const healthy = statusOf(healthyStack());
    const url = { ...healthy.url, failedIndexes: ["books", "data"] };
    expect(words(healthyStack(), { url })).to.include(
      ", up 2 h, can't create all indexes of books, data. To see why, run: npm run logs -- --no-follow --tail 1000\n",
    );
    expect(isHealthy({ ...healthy, url })).to.equal(false);
  });

  it("shows the newest warnings of the last hour, in a line each", () => {
    const events = [
      event("Old", 3700),
      event("Normal", 1, { type: "Normal" }),
      event("Unhealthy", 120, { count: 7, message: `Readiness probe failed:\n ${"x".repeat(200)}` }),
      event("BackOff", 30, unseenTime(ago(30))),
      ...Array.from({ length: 5 }, (_, i) => event(`Later${i}`, 200 + i)),
    ];
    const pods = [pod("web-1", "web", { ready: false })];
    const lines = words(stackOf({ pods, events })).split("warnings\n")[1]?.split("\n") ?? [];
    expect(lines).to.have.length(5);
    expect(lines[0]).to.equal("            30 s ago, Pod web-1: BackOff, BackOff happened");
    expect(lines[1]).to.match(
      /^ {12}2 min ago \(7 times\), Pod web-1: Unhealthy, Readiness probe failed: x+…x+$/,
    );
    expect(lines[1]?.length).to.be.lessThan(210);
  });

  it("shows the end of a long warning, where Kubernetes writes the cause", () => {
    const message =
      "failed to get cpu utilization: unable to get metrics for resource cpu: " +
      "no metrics returned from resource metrics API";
    const involvedObject = { kind: "Node", name: "n" };
    expect(words(stackOf({ events: [event("Long", 30, { message, involvedObject })] }))).to.include(message);
    const longer = { message: `${"x".repeat(400)}: no route to host`, involvedObject };
    expect(words(stackOf({ events: [event("Longer", 30, longer)] }))).to.match(/x…x+: no route to host$/);
  });

  it("shows warnings with the same reason once", () => {
    const named = (name: string) => ({ involvedObject: { kind: "Pod", name }, count: 3 });
    const missing = 'Error: secret "mongodb-uri-1" not found';
    const pods = ["a", "b", "c"].map((name) => pod(`web-${name}`, "web", { ready: false }));
    const events = [
      event("BackOff", 10, { ...named("web-a"), message: "Back-off of web-a" }),
      event("BackOff", 20, { ...named("web-b"), message: "Back-off of web-b" }),
      event("BackOff", 30, { ...named("web-b"), message: "Back-off of web-b, another container" }),
      event("BackOff", 40, { ...named("web-c"), message: "Back-off of web-c" }),
      event("Failed", 50, { ...named("web-a"), message: missing }),
      event("Failed", 60, { ...named("web-b"), message: missing }),
      event("Failed", 70, { ...named("web-b"), message: "Error: ErrImagePull" }),
    ];
    expect(words(stackOf({ pods, events })).split("warnings\n")[1]?.split("\n")).to.deep.equal([
      "            10 s ago (12 times), Pod web-a and 2 more: BackOff, Back-off of web-a",
      `            50 s ago (6 times), Pod web-a and 1 more: Failed, ${missing}`,
      "            1 min ago (3 times), Pod web-b: Failed, Error: ErrImagePull",
    ]);
  });

  describe("with an autoscaler without measurements", () => {
    const involvedObject = { kind: "HorizontalPodAutoscaler", name: "web" };
    const events = ["FailedGetResourceMetric", "FailedComputeMetricsReplicas", "FailedGetScale"].map(
      (reason, i) => event(reason, 20 + i, { involvedObject }),
    );
    const reasons = (objects: Partial<StackObjects>) =>
      readEvents(stackOf({ events, ...objects }), now).map(({ reason }) => reason);
    const young = pod("web-1", "web", { age: 200 });
    const older = pod("web-2", "web", { age: 400 });

    it("does not mention them while all pods are young", () => {
      const pods = [young, pod("web-3", "web", { age: 9000, deleted: true }), pod("mongodb-0", "mongodb")];
      expect(reasons({ pods, autoscalers: [autoscaler(2, 2)] })).to.deep.equal(["FailedGetScale"]);
    });

    it("mentions them when a pod is older", () => {
      expect(reasons({ pods: [young, older], autoscalers: [autoscaler(2, 2)] })).to.have.length(3);
    });

    it("does not mention them after a measurement, although the condition is as old", () => {
      const measured = autoscaler(2, 2, 12);
      const conditions = [{ type: "ScalingActive", status: "True", lastTransitionTime: ago(9000) }];
      const autoscalers = [{ ...measured, status: { desiredReplicas: 2, ...measured.status, conditions } }];
      expect(reasons({ pods: [older], autoscalers })).to.deep.equal(["FailedGetScale"]);
    });

    it("does not mention an autoscaler that was replaced", () => {
      expect(reasons({ pods: [older], autoscalers: [] })).to.deep.equal([]);
    });
  });

  it("does not mention problems that were fixed since", () => {
    const about = (kind: string, name: string) => ({ involvedObject: { kind, name } });
    const since = (type: string, seconds: number) => [
      { type, status: "True", lastTransitionTime: ago(seconds) },
    ];
    const ready = pod("web-1-aaaaa", "web");
    const scaler = autoscaler(2, 2, 12);
    const objects = stackOf({
      pods: [{ ...ready, status: { ...ready.status, conditions: since("Ready", 100) } }],
      autoscalers: [{ ...scaler, status: { desiredReplicas: 2, conditions: since("ScalingActive", 100) } }],
      events: [
        event("BeforeItWasReady", 120, about("Pod", "web-1-aaaaa")),
        event("AfterItWasReady", 80, about("Pod", "web-1-aaaaa")),
        event("BeforeItMeasured", 120, about("HorizontalPodAutoscaler", "web")),
        event("OfOneThatIsGone", 20, about("Pod", "web-1-bbbbb")),
        event("OfSomethingElse", 120, about("Node", "minikube")),
      ],
    });
    expect(readEvents(objects, now).map(({ reason }) => reason)).to.deep.equal([
      "AfterItWasReady",
      "OfSomethingElse",
    ]);
  });
});

describe("npm run status", function () {
  this.timeout(60_000);
  let machine: Machine;
  let service: Answering;
  let cluster: FakeApiServer | undefined;

  beforeEach(async () => {
    const mongodb = { state: "connected", version: "8.0.1", roundTripMs: 0.5 };
    service = await answering(200, { status: "ok", version: "0.1.0", mongodb }, "/health");
  });
  afterEach(() => {
    service.close();
    cluster?.close();
    cluster = undefined;
    machine.remove();
  });

  const show = (options: Partial<StatusOptions>, on = machine) =>
    runOn(on, (context) => status({ json: false, watch: false, ...options }, context));

  /** Runs `status` after `up`, on a cluster with these objects. Expects no changes. */
  async function run(
    options: Partial<StatusOptions>,
    { objects = healthyStack(), ...setup }: Setup & { objects?: StackObjects } = {},
    meet: (server: FakeApiServer) => void = () => undefined,
  ) {
    const upService = await answering(200, {}, "/");
    const { config = {} } = setup;
    machine = fakeMachine({ url: upService.url, config });
    cluster = await new FakeApiServer(machine.kubeconfig).start();
    for (const kind of Object.keys(objects) as (keyof StackObjects)[])
      cluster.set(paths[kind], objects[kind]);
    expect(await runUp(machine)).to.include({ code: 0 });
    upService.close();
    machine.changes();
    // The command must work without kubectl.
    machine.set({ url: service.url, ...setup, programs: { kubectl: undefined, ...setup.programs } });
    meet(cluster);
    const { code, text } = await show(options);
    expect(machine.changes()).to.deep.equal([]);
    return { code, text: stripVTControlCharacters(text) };
  }

  it("prints one screen, and ends with 0 where the stack is healthy", async () => {
    const { code, text } = await run({});
    expect(text).to.match(/^koa-mongo-stack-dev-1234 on minikube, \d\d:\d\d:\d\d: healthy\n\nURL +http/);
    expect(text).to.include("2 of 2 pods ready").and.include("round trip 0.5 ms");
    expect(code).to.equal(0);
  });

  it("says that the service can't create an index, and ends with 1", async () => {
    service.close();
    const mongodb = { state: "connected", version: "8.0.1", roundTripMs: 0.5, failedIndexes: ["books"] };
    service = await answering(200, { status: "ok", version: "0.1.0", mongodb }, "/health");
    const { code, text } = await run({});
    expect(text).to.include("can't create all indexes of books. ");
    expect(code).to.equal(1);
  });

  it("says why a pod isn't ready, as its log does", async () => {
    const objects = {
      ...healthyStack(),
      pods: [pod("web-1-aaaaa", "web"), pod("web-1-ccccc", "web", { ready: false })],
    };
    const { text } = await run({}, { objects }, (server) => {
      const line = (seconds: number, entry: object) => {
        server.log("web-1-ccccc", `2026-01-02T03:04:0${seconds}.000000000Z`, JSON.stringify(entry));
      };
      line(1, { level: 30, time: 1, msg: "listening" });
      line(2, {
        level: 40,
        time: 2,
        err: { message: "connect ECONNREFUSED" },
        msg: "can't connect to MongoDB yet",
      });
      line(3, { level: 40, time: 3, err: { message: tlsError }, msg: "can't connect to MongoDB yet" });
      line(4, { level: 30, time: 4, msg: "request" });
    });
    expect(text).to.match(/web-1-aaaaa: ready, up \d+ \w+\n/);
    expect(text).to.match(
      /web-1-ccccc: not ready, created \d+ \w+ ago, can't connect to MongoDB yet: unable to verify the first certificate\. /,
    );
    expect(text).to.include("run: npm run pulumi -- config set mongodbCa < FILE.pem\n");
  });

  it("says why a pod crashes, although the previous pods are ready, and ends with 1", async () => {
    const error = "Error: The schema of /books has `pages` with `select: false`: the service sends documents";
    const crash = ["/app/main.cjs:120", "x".repeat(300), "", error, "    at x (/app/main.cjs:1:2)"];
    const setup = {
      ready: false,
      restartCount: 5,
      state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 2m40s restarting" } },
      lastState: { terminated: { reason: "Error", exitCode: 1 } },
    };
    const objects = { ...healthyStack(), pods: [...healthyStack().pods, pod("web-1-ccccc", "web", setup)] };
    const { code, text } = await run({}, { objects }, (server) => {
      for (const [i, line] of [...crash, "", "Node.js v24.21.0"].entries())
        server.log("web-1-ccccc", `2026-01-02T03:04:0${i}.000000000Z`, line);
    });
    expect(text).to.match(
      /web-1-ccccc: CrashLoopBackOff, created \d+ \w+ ago, restarted 5 times \(Error\), Error: The schema of/,
    );
    expect(text).to.include(": unhealthy\n");
    expect(code).to.equal(1);
  });

  it("prefers the log of the running container to the reason of its last end", async () => {
    const setup = {
      ready: false,
      restartCount: 1,
      state: { running: {} },
      lastState: { terminated: { reason: "Error", exitCode: 1, message: "Error: older\n" } },
    };
    const objects = { ...healthyStack(), pods: [pod("web-1-ccccc", "web", setup)] };
    const { text } = await run({}, { objects }, (server) => {
      const entry = { level: 40, time: 2, err: { message: "querySrv ENOTFOUND" }, msg: "can't connect" };
      server.log("web-1-ccccc", "2026-01-02T03:04:01.000000000Z", JSON.stringify(entry));
    });
    expect(text).to.include("restarted once (Error), can't connect: querySrv ENOTFOUND\n");
    const silent = { ...healthyStack(), pods: [pod("web-1-ddddd", "web", setup)] };
    cluster?.close();
    machine.remove();
    expect((await run({}, { objects: silent })).text).to.include("restarted once (Error), Error: older\n");
  });

  it("says nothing of a log that can't be read", async () => {
    const objects = { ...healthyStack(), pods: [pod("web-1-ccccc", "web", { ready: false })] };
    const { text } = await run({}, { objects }, (server) => {
      server.rejectLog("web-1-ccccc", 403, "forbidden");
    });
    expect(text).to.match(/web-1-ccccc: not ready, created \d+ \w+ ago\n/);
  });

  it("prints JSON for programs, and ends with 1 where the stack is unhealthy", async () => {
    const objects = stackOf({ deployments: [deployment(1, 2)], statefulSets: [statefulSet(1, 1)] });
    const { code, text } = await run({ json: true }, { objects });
    const found = JSON.parse(text) as Status;
    expect(found.service).to.deep.include({ wanted: 2, ready: 1 });
    expect(found.url).to.deep.include({ address: service.url, ok: true, version: "0.1.0" });
    expect(code).to.equal(1);
  });

  describe("with an Ingress", () => {
    const config = { expose: "ingress", host: "koa-mongo.test" };
    const profiles = [{ ...goodProfile, Config: { ...goodProfile.Config, Nodes: [{ IP: "127.0.0.1" }] } }];
    const setup = () => ({ config, profiles, url: service.url.replace("127.0.0.1", config.host) });

    it("asks at the node's address, because this machine need not know the host name", async () => {
      const { code, text } = await run({}, setup());
      expect(text).to.match(/\nURL +http:\/\/koa-mongo\.test:\d+ answers in \d+ ms, version 0\.1\.0\n/);
      expect(code).to.equal(0);
    });

    it("asks at the node port of the controller's Service, where the node's own port is closed", async () => {
      const nodePort = Number(new URL(service.url).port);
      const services = JSON.stringify({ items: [{ spec: { ports: [{ port: 80, nodePort }] } }] });
      const url = `http://koa-mongo.test:${await freePort()}`;
      const { code, text } = await run({}, { ...setup(), url, services });
      expect(text).to.match(new RegExp(`\\nURL +http://koa-mongo\\.test:${nodePort} answers in `));
      expect(code).to.equal(0);
    });

    it("says what the controller answers when there is no pod", async () => {
      service.close();
      service = await answering(503, "<html>Service Temporarily Unavailable</html>", "/health");
      const { code, text } = await run({}, setup());
      expect(text).to.match(/\nURL +http:\/\/koa-mongo\.test:\d+ is unavailable: HTTP 503\n/);
      expect(code).to.equal(1);
    });
  });

  it("reads times and counts as the API writes them", async () => {
    const at = (seconds: number) => new Date(Date.now() - seconds * 1000);
    const objects = stackOf({
      pods: [{ metadata: { name: "web-1", labels: podLabels("web"), creationTimestamp: at(120) } }],
      events: [event("Late", 0, { ...unseenTime(at(60)), involvedObject: { kind: "Node", name: "n" } })],
    });
    const { text } = await run({ json: true }, { objects });
    const { service, events } = JSON.parse(text) as Status;
    expect(service.pods[0]).to.deep.include({ name: "web-1", state: "Unknown" });
    expect(service.pods[0]?.age).to.be.within(120, 180);
    expect(events[0]?.age).to.be.within(60, 120);
  });

  const silent: [string, (server: FakeApiServer) => void, string][] = [
    [
      "is down",
      (server) => {
        server.close();
      },
      "connect ECONNREFUSED 127.0.0.1:PORT",
    ],
    [
      "is not in the kubeconfig",
      () => {
        writeFileSync(machine.kubeconfig, kubeconfig(9, "other"));
      },
      'the kubeconfig has no context "minikube"',
    ],
    [
      "does not know the user",
      (server) => (server.behavior = { status: 401, message: "Unauthorized" }),
      "the API server rejects the kubeconfig's credentials (HTTP 401)",
    ],
    [
      "rejects the user",
      (server) => (server.behavior = { status: 403, message: 'pods is forbidden: User "ada" cannot list' }),
      'pods is forbidden: User "ada" cannot list',
    ],
  ];
  for (const [what, meet, why] of silent) {
    it(`says so where the cluster ${what}`, async () => {
      const { code, text } = await run({}, {}, meet);
      expect(text.replace(/:\d+\./, ":PORT.")).to.equal(
        `The cluster does not answer: ${why}. To find the problem, run: npm run doctor`,
      );
      expect(code).to.equal(1);
    });
  }

  it("says that the stack is not deployed, after down", async () => {
    expect(await run({}, { deployed: false })).to.deep.equal({
      code: 1,
      text: "The stack dev is not deployed. Run: npm run up",
    });
  });

  it("says that there is no stack, and what it is not for", async () => {
    machine = fakeMachine();
    expect(await show({})).to.deep.equal({ code: 1, text: "There is no stack dev. Run: npm run up" });
    const project = { ...machine.project, cluster: "current" };
    expect(await show({}, { ...machine, project })).to.deep.equal({
      code: 1,
      text:
        'This command needs minikube, and the stack dev uses the cluster "current". ' +
        "Run: kubectl get pods --all-namespaces --selector=app.kubernetes.io/name=web",
    });
  });
});
