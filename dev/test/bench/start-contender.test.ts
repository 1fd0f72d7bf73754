import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { otherCpus, serverCpu } from "../../bench/pinned-cpus.ts";
import { names } from "../../bench/server-names.ts";
import { start, startClient } from "../../bench/start-contender.ts";

const running = join(import.meta.dirname, "../../bench/start-contender.ts");
const server = `require("node:http").createServer((_, response) => response.end("here")).listen(process.env.PORT)`;

/** Starts a server like the benchmark, prints its process id, and ends on SIGINT. */
const program = `
  import { start } from ${JSON.stringify(running)};
  process.once("SIGINT", () => process.exit(130));
  const command = [process.execPath, "-e", ${JSON.stringify(server)}];
  const { pid } = await start({ name: "a server", command }, "mongodb://127.0.0.1:1/app");
  console.log(pid);
`;

describe("start", () => {
  it("runs a server on one CPU, and the load on the others", async function () {
    if (serverCpu.length === 0) this.skip();
    const command = [process.execPath, "-e", server];
    const running = await start({ name: names.bare, command }, "mongodb://127.0.0.1:1/app", serverCpu);
    const client = startClient(otherCpus);
    try {
      expect(cpusOf(running.pid)).to.equal("0");
      const { url, pid } = running;
      const load = { url, pid, clients: 1, workload: "hot", warmUpMs: 10, durationMs: 50 } as const;
      expect((await client.measure(load)).cpu).to.be.greaterThan(0);
    } finally {
      await client.close();
      await running.close();
    }
  });

  it("leaves no server behind when the measurement is interrupted", async () => {
    const measuring = spawn(process.execPath, ["--input-type=module", "--eval", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(measuring, "exit");
    const [line] = (await once(measuring.stdout, "data")) as [Buffer];
    const pid = Number(line.toString());
    try {
      expect(isRunning(pid)).to.equal(true);
      measuring.kill("SIGINT");
      expect(await ended).to.deep.equal([130, null]);
      const end = Date.now() + 2000;
      while (isRunning(pid) && Date.now() < end) await sleep(20);
      expect(isRunning(pid)).to.equal(false);
    } finally {
      if (isRunning(pid)) process.kill(pid, "SIGKILL");
    }
  });
});

/** CPUs on which a process may run. */
function cpusOf(pid: number): string | undefined {
  return /^Cpus_allowed_list:\s+(\S+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
