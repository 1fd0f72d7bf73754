import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import type { LoadFlags } from "../../load/load-options.ts";
import type { V1PodList } from "@kubernetes/client-node";
import { FakeApiServer, namespace, paths, type Story } from "../support/fake-api-server.ts";
import { fakeMachine, type Machine, type Setup } from "../support/fake-machine.ts";
import { autoscaler, deployment, pod } from "../support/fake-stack.ts";
import { runLoad, runUp, type CommandResult } from "../support/run-command.ts";

const podMemory = (namespace: string, name: string, mebibytes: number) => ({
  podRef: { namespace, name },
  memory: { workingSetBytes: mebibytes * 1024 * 1024 },
});

/** The service's pod, and other pods that use more memory. */
const nodeSummary = {
  pods: [
    podMemory(namespace, "web-1", 45),
    podMemory(namespace, "mongodb-0", 300),
    podMemory("other", "web-1", 400),
  ],
};

/** The service's pod, with one more restart each second, and a second pod without a node. */
function webPods(): V1PodList {
  const web = pod("web-1", "web", { restartCount: Math.floor(Date.now() / 1000) });
  const pending = pod("web-2", "web", { phase: "Pending" });
  const message = "0/1 nodes are available: 1 Insufficient cpu.";
  const conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }];
  return {
    items: [
      { ...web, spec: { ...web.spec, containers: [], nodeName: "minikube" } },
      { ...pending, status: { conditions } },
    ],
  };
}

const hpa: Story = [
  [0, autoscaler(2, 2, 10)],
  [0.5, autoscaler(2, 4, 130)],
  [0.5, autoscaler(4, 4, 70)],
  [2.5, autoscaler(2, 2, 5)],
];
const pods: Story = [
  [0, deployment(2, 2)],
  [1, deployment(3, 3)],
  [2.5, deployment(2, 2)],
];

/** A service that stores the ids of documents, and fails on request. */
class FakeService {
  readonly ids = new Set<string>();
  readonly asked = { GET: 0, POST: 0, DELETE: 0 };
  failsAt = 0;
  #count = 0;
  readonly #server: Server = createServer((request, response) => {
    const method = request.method as keyof FakeService["asked"];
    request.resume();
    this.asked[method]++;
    if (++this.#count === this.failsAt) response.writeHead(503).end('{"code":"overloaded"}');
    else if (method === "POST") {
      const id = String(this.#count);
      this.ids.add(id);
      response.writeHead(201).end(JSON.stringify({ _id: id }));
    } else if (method === "DELETE") {
      const id = request.url?.split("/").at(-1) ?? "";
      response.writeHead(this.ids.delete(id) ? 204 : 404).end();
    } else response.end("[]");
  }).listen(0, "127.0.0.1");

  async url(): Promise<string> {
    if (!this.#server.listening) await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

describe("load", () => {
  let machine: Machine;
  let service: FakeService;
  let cluster: FakeApiServer | undefined;
  beforeEach(() => {
    service = new FakeService();
  });
  afterEach(() => {
    service.close();
    cluster?.close();
    cluster = undefined;
    machine.remove();
  });

  /** A machine after `up`, with a cluster whose watches replay these stories. */
  async function stack(told: { hpa: Story; pods: Story } = { hpa, pods }): Promise<void> {
    const setup: Setup = { url: await service.url() };
    machine = fakeMachine(setup);
    expect(await runUp(machine)).to.include({ code: 0 });
    cluster = await new FakeApiServer(machine.kubeconfig).start();
    cluster.set(paths.autoscalers, [autoscaler(2, 2, 10)]);
    cluster.stories.set(paths.autoscalers, told.hpa).set(paths.deployments, told.pods);
    cluster.raw.set(paths.pods, webPods).set("/api/v1/nodes/minikube/proxy/stats/summary", () => nodeSummary);
  }
  const runs = (flags: Partial<LoadFlags> = {}): Promise<CommandResult> => runLoad(machine, flags);
  const picture = () => readFileSync(join(machine.project.folder, ".load/load.svg"), "utf8");

  it("says when another pod was ready and when they were the minimum again, and draws it", async () => {
    await stack();
    const { code, text } = await runs({ seconds: 3, rate: 50 });
    expect(code, text).to.equal(0);
    expect(text).to.match(/^load +mixed, 50 requests\/s for 3\.\d s: 1[2-5]\d requests/m);
    expect(text).to.match(/^failed +0 requests/m);
    expect(text).to.match(/^CPU +at most 130 % of the request, target 50 %$/m);
    expect(text).to.match(/^pod 3 +ready 1\.\d s after the load's start \(goal ≤ 45 s\); at most 3 pods$/m);
    expect(text).to.match(/^minimum +back to 2 pods [01]\.\d s after the load's end$/m);
    expect(text).to.match(/^memory +the largest pod used at most 45 MiB; [2-9] restarts$/m);
    expect(text).to.match(/^unschedulable +0\/1 nodes are available: 1 Insufficient cpu\.$/m);
    expect(text).to.match(/^client +used \d\.\d\d CPUs of this machine, and was busy \d+ % of the time/m);
    expect(picture())
      .to.include("target 50 %")
      .and.include("line: end of the load")
      .and.include("ready pods, at most 5");
  });

  it("says what metrics-server's period costs, and the command that fixes it", async () => {
    await stack();
    const { text } = await runs({ seconds: 2, rate: 5, wait: 0 });
    expect(text).to.match(
      /^metrics-server measures every 60 s here: the autoscaler sees a load up to 45 s later/,
    );
    expect(text).to.include(
      "kubectl --context minikube patch deployment metrics-server --namespace kube-system",
    );
  });

  it("asks what the mix says, and deletes all that it wrote", async () => {
    await stack();
    await runs({ seconds: 1, clients: 4, mix: "write", wait: 0 });
    expect(service.asked.POST).to.be.greaterThan(20);
    expect(service.asked.DELETE).to.equal(service.asked.POST);
    expect([...service.ids]).to.deep.equal([]);
  });

  it("counts what failed, and says why", async () => {
    service.failsAt = 20;
    await stack();
    const { text } = await runs({ seconds: 2, rate: 20, wait: 0, mix: "read" });
    expect(text).to.match(/^failed +1 requests \(goal 0\)\n +1 × shed: overloaded$/m);
    expect(service.asked.POST).to.equal(0);
  });

  it("waits no longer than it may", async () => {
    await stack({
      hpa: [[0, autoscaler(3, 3, 60)]],
      pods: [
        [0, deployment(2, 2)],
        [1, deployment(3, 3)],
      ],
    });
    const { text } = await runs({ seconds: 2, rate: 5, wait: 1 });
    expect(text).to.match(/^minimum +not back to 2 pods 1\.\d s after the load's end$/m);
  });

  it("knows no time of another pod where more were ready from the beginning", async () => {
    await stack({ hpa: [[0, autoscaler(4, 4, 60)]], pods: [[0, deployment(4, 4)]] });
    const { text } = await runs({ seconds: 2, rate: 5, wait: 0 });
    expect(text).to.match(
      /^pod 3 +more than 2 pods were ready at the start\. Wait until 2 are left, then run: npm run load$/m,
    );
  });

  it("ends in order when it is interrupted: nothing is left, and what was seen is drawn", async () => {
    await stack();
    const stopping = new AbortController();
    const running = runLoad(machine, { seconds: 600, clients: 2, mix: "write" }, stopping.signal);
    await sleep(2000);
    stopping.abort();
    const { code, text } = await running;
    expect(code).to.equal(0);
    expect(text).to.match(/^interrupted +the results cover the time until Ctrl-C$/m);
    expect(text).to.match(/^documents +the load deleted all its documents$/m);
    expect([...service.ids]).to.deep.equal([]);
    expect(picture()).to.include("line: end of the load");
  });

  it("says so when there is no stack", async () => {
    machine = fakeMachine();
    const outcome = await runs();
    expect(outcome).to.deep.equal({
      code: 1,
      text: "There is no stack dev, and nothing to load. Run: npm run up",
    });
  });

  it("says so after down", async () => {
    machine = fakeMachine();
    expect(await runUp(machine)).to.include({ code: 1 });
    machine.set({ deployed: false });
    expect(await runs()).to.deep.equal({ code: 1, text: "The stack dev is not deployed. Run: npm run up" });
  });
});
