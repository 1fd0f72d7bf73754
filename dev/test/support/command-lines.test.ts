import { execFile } from "node:child_process";
import { join } from "node:path";
import { expect } from "chai";

const dev = join(import.meta.dirname, "../..");

/** Runs a script of dev/ with arguments that it rejects, or with `--help`. */
function runs(script: string, ...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(dev, script), ...args], (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

describe("scripts of dev/", () => {
  for (const script of [
    "bench/bench.ts",
    "bench-up/bench-up.ts",
    "bench-cluster/bench-cluster.ts",
    "contract/contract-test.ts",
    "report/load-report.ts",
    "supply-chain/supply-chain.ts",
  ]) {
    it(`${script} has help, and rejects an unknown option`, async () => {
      const help = await runs(script, "--help");
      expect(help.code, help.stderr).to.equal(0);
      expect(help.stdout).to.match(/^Usage: npm run [\w:-]+ -w dev -- \[options\]/);
      const { code, stderr } = await runs(script, "--roundz", "3");
      expect(code).to.equal(2);
      expect(stderr)
        .to.match(/^error: unknown option '--roundz'$/m)
        .and.not.match(/^ +at /m);
    });
  }

  it("name the nearest valid option", async () => {
    expect((await runs("bench/bench.ts", "--roundz", "3")).stderr).to.include("(Did you mean --rounds?)");
  });

  const wrong: [string[], string][] = [
    [["--rounds", "x"], "The value must be a whole number from 4 to 1000."],
    [["--rounds", "4.5"], "The value must be a whole number from 4 to 1000."],
    [["--rounds", "3"], "The value must be a whole number from 4 to 1000."],
    [["--starts", "101"], "The value must be a whole number from 4 to 100."],
  ];
  for (const [args, sentence] of wrong) {
    it(`bench rejects ${args.join(" ")}`, async () => {
      const { code, stderr } = await runs("bench/bench.ts", ...args);
      expect(code).to.equal(2);
      expect(stderr)
        .to.include(sentence)
        .and.not.match(/^ +at /m);
    });
  }
});
