import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect } from "chai";

const log = new URL("../log-stream.ts", import.meta.url).href;

/** Runs a script with a logger named `log` in a new process. */
function logging(script: string) {
  const source = `import { createLogger } from "${log}"; const log = createLogger("info", "pod-1"); ${script}`;
  return spawn(process.execPath, ["--input-type=module", "--eval", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

describe("createLogger", function () {
  this.timeout(20_000);

  it("writes a line while the process runs", async () => {
    const child = logging('log.info("here"); setInterval(() => undefined, 1000);');
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    expect(JSON.parse(line.toString())).to.include({ pod: "pod-1", msg: "here" });
    expect(child.exitCode).to.equal(null);
    child.kill();
    await once(child, "exit");
  });

  for (const [what, end] of [
    ["exits", "process.exit(3)"],
    ["ends by itself", ""],
    ["fails", 'throw new Error("unexpected")'],
  ] as const) {
    it(`writes all lines before the process ${what}`, async () => {
      const child = logging(`for (let n = 0; n < 1000; n++) log.info({ n }, "counted"); ${end}`);
      const chunks = (await child.stdout.toArray()) as Buffer[];
      const lines = Buffer.concat(chunks).toString().trim().split("\n");
      expect(lines.map((line) => (JSON.parse(line) as { n: number }).n)).to.deep.equal([
        ...Array(1000).keys(),
      ]);
    });
  }
});
