import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";

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

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
