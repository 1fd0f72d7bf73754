import { execFile } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";

/** Keeps every object, so that V8 finds that the objects of this line live long. */
const keepAll = "const kept = []; for (let i = 0; i < 300_000; i++) kept.push([i, [i]]);";

describe("stopPretenuring", () => {
  /** V8's decisions to create an object among the old ones, while these statements run. */
  async function decisions(statements: string): Promise<string[]> {
    // Optimized code is not always watched.
    const flags = ["--trace-pretenuring-statistics", "--no-opt", "--no-maglev"];
    const args = [...flags, "--input-type=module", "--eval", statements];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return stdout.split("\n").filter((line) => line.endsWith("=> tenure"));
  }

  it("keeps V8 from creating objects among the old ones", async () => {
    const module = pathToFileURL(join(import.meta.dirname, "../../code-cache/no-pretenuring.ts")).href;
    const stop = `import { stopPretenuring } from ${JSON.stringify(module)}; stopPretenuring();`;
    expect(await decisions(keepAll)).not.to.deep.equal([]);
    expect(await decisions(`${stop} ${keepAll}`)).to.deep.equal([]);
  });
});
