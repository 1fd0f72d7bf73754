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

  /** Checks one page, or all pages of the project. */
  async function check(page?: string): Promise<{ code: number; output: string }> {
    const file = join(folder, "page.md");
    if (page !== undefined) writeFileSync(file, page);
    const args = [program, ...(page === undefined ? [] : [file])];
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

  it("passes for README.md, docs/ and the comments of the code", async () => {
    const { code, output } = await check();
    expect(output).to.match(/^\d{3} files, 0 problems\n$/);
    expect(code).to.equal(0);
  });
});
