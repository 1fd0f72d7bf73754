import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { expect } from "chai";
import { runInContext } from "../../terminal/command-context.ts";
import { logs, type LogsOptions } from "../../commands/logs.ts";
import { inOrder } from "../../logs/merge-lines.ts";
import { answering } from "../support/answering-server.ts";
import { FakeApiServer, paths } from "../support/fake-api-server.ts";
import { fakeMachine, type Machine } from "../support/fake-machine.ts";
import { pod } from "../support/fake-stack.ts";
import { contextOf, runUp } from "../support/run-command.ts";

const line = (time: number, path: string) =>
  JSON.stringify({ level: 30, time, pod: "p", msg: "request", method: "GET", path, status: 200, ms: 1 });

describe("inOrder", () => {
  it("puts in order what comes together, and passes on what comes later when it comes", async () => {
    const lines: string[] = [];
    const order = inOrder((text) => lines.push(text));
    order.add(3, "c");
    order.add(1, "a");
    order.add(2, "b");
    await sleep(300);
    expect(lines).to.deep.equal(["a", "b", "c"]);
    order.add(0, "late");
    order.end();
    expect(lines).to.deep.equal(["a", "b", "c", "late"]);
  });
});

describe("npm run logs", function () {
  this.timeout(60_000);
  const start = new Date(2026, 0, 2, 3, 4, 5).getTime();
  let machine: Machine;
  let cluster: FakeApiServer;

  afterEach(() => {
    cluster.close();
    machine.remove();
  });

  /** Runs `up`, then starts a cluster with these pods of the service. The names omit the prefix `web-1-`. */
  async function up(...names: string[]): Promise<void> {
    const service = await answering(200, {}, "/");
    machine = fakeMachine({ url: service.url });
    cluster = await new FakeApiServer(machine.kubeconfig).start();
    setPods(...names);
    expect(await runUp(machine)).to.include({ code: 0 });
    service.close();
    // The command must work without kubectl.
    machine.set({ url: service.url, programs: { kubectl: undefined } });
    machine.changes();
  }

  /** Also adds a pod whose container has not started, and a pod of MongoDB. */
  function setPods(...names: string[]): void {
    const container = { name: "web", image: "", imageID: "", ready: false, restartCount: 0 };
    const waiting = { ...pod("web-1-wait", "web"), status: { containerStatuses: [container] } };
    const others = [waiting, pod("mongodb-0", "mongodb")];
    cluster.set(paths.pods, [...names.map((name) => pod(`web-1-${name}`, "web")), ...others]);
  }

  /** Lets a pod log a request, this many seconds after the start. */
  const says = (name: string, seconds: number, path: string, text = line(start + seconds * 1000, path)) => {
    const time = new Date(start + seconds * 1000).toISOString().replace("Z", "000000Z");
    cluster.log(`web-1-${name}`, time, text);
  };

  const printed: string[] = [];
  async function run(options: Partial<LogsOptions>, signal?: AbortSignal): Promise<number> {
    printed.length = 0;
    const context = contextOf(machine, (text) => printed.push(stripVTControlCharacters(text)));
    const code = await runInContext(
      (given) => logs({ follow: true, tail: 20, ...options }, given, signal),
      context,
    );
    expect(machine.changes()).to.deep.equal([]);
    return code;
  }

  it("merges the lines of all pods by their time, for people to read", async () => {
    await up("aaaaa", "bbbbb");
    says("aaaaa", 0, "/1");
    says("aaaaa", 2, "/3");
    says("aaaaa", 3, "", "no JSON");
    says("bbbbb", 1, "/2");
    expect(await run({ follow: false })).to.equal(0);
    expect(printed).to.deep.equal([
      "aaaaa [03:04:05] INFO: GET /1 200 1 ms",
      "bbbbb [03:04:06] INFO: GET /2 200 1 ms",
      "aaaaa [03:04:07] INFO: GET /3 200 1 ms",
      "aaaaa no JSON",
    ]);
  });

  it("prints no more of each pod than is asked for", async () => {
    await up("aaaaa");
    for (let i = 0; i < 30; i++) says("aaaaa", i, `/${i}`);
    await run({ follow: false });
    expect(printed).to.have.length(20);
    await run({ follow: false, tail: 2 });
    expect(printed.map((text) => /\/\d+/.exec(text)?.[0])).to.deep.equal(["/28", "/29"]);
    await run({ follow: false, tail: 0 });
    expect(printed).to.deep.equal([]);
  });

  describe("that follows", () => {
    let stop: AbortController;
    let running: Promise<number>;

    afterEach(() => {
      stop.abort();
    });

    function begin(options: Partial<LogsOptions> = {}): void {
      stop = new AbortController();
      running = run(options, stop.signal);
    }
    const until = async (isSo: () => boolean) => {
      const end = Date.now() + 10_000;
      while (!isSo() && Date.now() < end) await sleep(20);
      expect(isSo(), printed.join("\n")).to.equal(true);
    };
    const count = (path: string) => printed.filter((text) => text.includes(`GET ${path} `)).length;
    const hears = (path: string) => until(() => count(path) > 0);

    async function end(): Promise<void> {
      stop.abort();
      expect(await running).to.equal(0);
      // Every follow request must be closed.
      await until(() => cluster.followers === 0);
    }

    it("prints new pods from their first line, and ends at the signal", async () => {
      await up("aaaaa");
      says("aaaaa", 0, "/before");
      says("aaaaa", 1, "/old");
      begin({ tail: 1 });
      await hears("/old");
      for (let i = 0; i < 3; i++) says("bbbbb", 2, `/new${i}`);
      setPods("aaaaa", "bbbbb");
      await hears("/new0");
      await hears("/new2");
      says("aaaaa", 3, "/live");
      await hears("/live");
      expect(count("/before")).to.equal(0);
      await end();
    });

    it("hears a container that restarts from its beginning", async () => {
      await up("aaaaa");
      says("aaaaa", 0, "/old");
      begin();
      await hears("/old");
      cluster.restart("web-1-aaaaa");
      for (let i = 0; i < 30; i++) says("aaaaa", 5 + i, `/anew${i}`);
      await hears("/anew0");
      await hears("/anew29");
      await end();
    });

    it("goes on after a dropped connection, and repeats nothing", async () => {
      await up("aaaaa");
      says("aaaaa", 0.1, "/1");
      says("aaaaa", 0.2, "/2");
      begin();
      await hears("/2");
      await until(() => cluster.followers === 1);
      cluster.drop();
      await until(() => cluster.followers === 0);
      says("aaaaa", 0.3, "/meanwhile");
      await hears("/meanwhile");
      expect([count("/1"), count("/2"), count("/meanwhile")]).to.deep.equal([1, 1, 1]);
      await end();
    });

    it("asks a cluster again that is unavailable for a while", async () => {
      await up("aaaaa");
      says("aaaaa", 0, "/old");
      begin();
      await hears("/old");
      cluster.behavior = { status: 503, message: "starting" };
      cluster.drop();
      await until(() => cluster.followers === 0);
      says("bbbbb", 1, "/new");
      setPods("aaaaa", "bbbbb");
      cluster.behavior = "answers";
      await hears("/new");
      await end();
    });

    it("asks no more for the log of a pod that is deleted", async () => {
      await up("aaaaa", "bbbbb");
      says("aaaaa", 0, "/a");
      says("bbbbb", 0, "/b");
      begin();
      await hears("/b");
      const asked = () => cluster.requests.filter((url) => url.includes("web-1-bbbbb/log")).length;
      setPods("aaaaa");
      cluster.forget("web-1-bbbbb");
      await until(() => asked() === 2);
      // Longer than the pause between two status queries.
      await sleep(1500);
      expect(asked()).to.equal(2);
      await end();
    });
  });

  it("says why the cluster does not answer", async () => {
    await up("aaaaa");
    cluster.behavior = { status: 401, message: "Unauthorized" };
    for (const follow of [true, false]) {
      expect(await run({ follow })).to.equal(1);
      expect(printed.join("")).to.include(
        "The cluster does not answer: the API server rejects the kubeconfig's credentials (HTTP 401).",
      );
    }
  });

  for (const [status, why] of [
    [500, "the kubelet does not answer"],
    [403, "HTTP 403"],
  ] as const) {
    it(`prints what it can read, and says that a pod's log is answered with ${status}`, async () => {
      await up("aaaaa", "bbbbb");
      says("aaaaa", 0, "/1");
      cluster.rejectLog("web-1-bbbbb", status, "the kubelet does not answer");
      expect(await run({ follow: false })).to.equal(1);
      expect(printed).to.deep.equal([
        "aaaaa [03:04:05] INFO: GET /1 200 1 ms",
        `\nThe log of web-1-bbbbb can't be read: ${why}`,
      ]);
    });
  }

  it("prints the lines of the other pods where one was deleted meanwhile", async () => {
    await up("aaaaa", "bbbbb");
    says("aaaaa", 0, "/1");
    expect(await run({ follow: false })).to.equal(0);
    expect(printed).to.deep.equal(["aaaaa [03:04:05] INFO: GET /1 200 1 ms"]);
  });

  it("says that the stack is not deployed, after down", async () => {
    await up("aaaaa");
    machine.set({ deployed: false });
    expect(await run({})).to.equal(1);
    expect(printed.join("")).to.equal("\nThe stack dev is not deployed. Run: npm run up");
  });

  it("says that no pod has started", async () => {
    await up();
    expect(await run({ follow: false })).to.equal(1);
    expect(printed.join("")).to.include("No pod of the service has started. To see why, run: npm run status");
  });
});
