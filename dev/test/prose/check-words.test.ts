import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

const program = join(import.meta.dirname, "../../prose/check-words.ts");

describe("npm run check:words -w dev", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-words-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Checks one file, or all files of the project. */
  async function check(text?: string, name = "page.md"): Promise<{ code: number; output: string }> {
    const file = join(folder, name);
    if (text !== undefined) writeFileSync(file, text);
    const args = [program, ...(text === undefined ? [] : [file])];
    return await new Promise((resolve) => {
      execFile(process.execPath, args, (error, stdout, stderr) => {
        resolve({
          code: error === null ? 0 : Number(error.code),
          output: (stderr + stdout).replaceAll(file, "FILE"),
        });
      });
    });
  }

  it("fails for a page with a wrong word, and names its line", async () => {
    const { code, output } = await check("# Title\n\nThe command fixes it.\n\nIt mends the rest.\n");
    expect(code).to.equal(1);
    expect(output).to.equal('FILE:5: "mends": write fix\n1 files, 1 problems\n');
  });

  it("passes for a page without one", async () => {
    expect(await check("The command fixes it.\n")).to.deep.equal({
      code: 0,
      output: "1 files, 0 problems\n",
    });
  });

  const wrong = 'throw new UserError("The pod is away.");\n';

  it("fails for a message with a wrong word, and names its line", async () => {
    const { code, output } = await check(`// A comment.\n${wrong}`, "pod.ts");
    expect(code).to.equal(1);
    expect(output).to.equal('FILE:2: "away": write unavailable, or gone\n1 files, 1 problems\n');
  });

  it("accepts a long message", async () => {
    expect((await check(`say("${"word ".repeat(30)}");\n`, "pod.ts")).code).to.equal(0);
  });

  it("reads the comments and titles of a test, but no other text", async () => {
    expect((await check(wrong, "pod.test.ts")).code).to.equal(0);
    expect((await check(`${wrong}// It is away.\n`, "pod.test.ts")).code).to.equal(1);
    const { output } = await check(`${wrong}it("starts anew", start);\n`, "pod.test.ts");
    expect(output).to.equal('FILE:2: "anew": write again\n1 files, 1 problems\n');
  });

  it("passes for README.md, docs/, and the comments, messages and titles of the code", async () => {
    const { code, output } = await check();
    expect(output).to.match(/^\d{3} files, 0 problems\n$/);
    expect(code).to.equal(0);
  }).timeout(60_000);
});
