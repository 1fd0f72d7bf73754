import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { expect } from "chai";
import { exitCode } from "../../terminal/command-context.ts";
import { logs } from "../../commands/logs.ts";
import { inOrder } from "../../logs/merge-lines.ts";
import { silentStep } from "../../terminal/steps.ts";
import { answering } from "../support/answering-server.ts";
import { fakeMachine, type Machine } from "../support/fake-machine.ts";
import { runUp } from "../support/run-command.ts";

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
  let machine: Machine;

  afterEach(() => {
    machine.remove();
  });

  /** A cluster with pods that say these lines. `starts` is what their containers have begun, by the look. */
  function kubectl(pods: Record<string, readonly string[]>, starts = 1): string {
    const list = Object.keys(pods).map((name) => ({
      metadata: { name },
      status: { containerStatuses: [{ restartCount: starts - 1, containerID: "docker://1" }] },
    }));
    const waiting = {
      metadata: { name: "web-1-wait" },
      status: { containerStatuses: [{ restartCount: 0 }] },
    };
    const says = Object.entries(pods).map(
      ([name, lines]) => `*"logs --namespace koa-mongo-stack-dev-1234 ${name} "*)
        printf '%s\\n' ${lines.map((text) => `'${text}'`).join(" ")} ;;`,
    );
    return `case "$*" in
      *"get pods --namespace koa-mongo-stack-dev-1234 --selector app.kubernetes.io/name=web "*)
        printf '%s' '${JSON.stringify({ items: [...list, waiting] })}' ;;
      ${says.join("\n")}
      *kube-system*) printf uid-1 ;;
      *) exit 64 ;;
    esac`;
  }

  async function up(script: string): Promise<void> {
    const service = await answering(200, {}, "/");
    machine = fakeMachine({ url: service.url });
    expect(await runUp(machine)).to.include({ code: 0 });
    service.close();
    machine.set({ url: service.url, programs: { kubectl: script } });
    machine.changes();
  }

  const printed: string[] = [];
  async function run(args: readonly string[], signal?: AbortSignal): Promise<number> {
    printed.length = 0;
    const print = (text: string) => void printed.push(stripVTControlCharacters(text));
    const context = { ...machine, step: silentStep, print, patience: 50 };
    const code = await exitCode(context, (given) => logs(args, given, signal));
    expect(machine.changes()).to.deep.equal([]);
    return code;
  }

  it("merges the lines of all pods by their time, for people to read", async () => {
    const at = new Date(2026, 0, 2, 3, 4, 5).getTime();
    await up(
      kubectl({
        "web-1-aaaaa": [line(at, "/1"), line(at + 2000, "/3"), "no JSON"],
        "web-1-bbbbb": [line(at + 1000, "/2")],
      }),
    );
    expect(await run(["--no-follow"])).to.equal(0);
    expect(printed).to.deep.equal([
      "aaaaa 03:04:05 info GET /1 200 1 ms",
      "bbbbb 03:04:06 info GET /2 200 1 ms",
      "aaaaa 03:04:07 info GET /3 200 1 ms",
      "aaaaa no JSON",
    ]);
  });

  it("follows, hears pods that are new or begin anew from their beginning, and ends when told to", async () => {
    await up(kubectl({ "web-1-aaaaa": [line(1, "/old")] }));
    const stop = new AbortController();
    const running = run([], stop.signal);
    const until = async (path: string) => {
      const end = Date.now() + 8000;
      while (!printed.some((text) => text.includes(path)) && Date.now() < end) await sleep(50);
      expect(printed.join("\n")).to.include(path);
    };
    await until("/old");
    const both = { "web-1-aaaaa": [line(2, "/anew")], "web-1-bbbbb": [line(3, "/new")] };
    machine.set({ programs: { kubectl: kubectl(both, 2) } });
    await until("/anew");
    await until("/new");
    stop.abort();
    expect(await running).to.equal(0);
  });

  it("says that no pod has begun, and what it does not know", async () => {
    await up(kubectl({}));
    expect(await run(["--no-follow"])).to.equal(1);
    expect(printed.join("")).to.include("No pod of the service has begun. See why: npm run status");
    expect(await run(["--tail=x"])).to.equal(1);
    expect(printed.join("")).to.include(
      '--tail is a number of lines, not "x". logs knows --no-follow and --tail N.',
    );
    expect(await run(["--all"])).to.equal(1);
    expect(printed.join("")).to.include("logs knows --no-follow and --tail N.");
  });
});
