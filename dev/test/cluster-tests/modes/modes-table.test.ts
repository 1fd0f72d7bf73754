import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect } from "chai";

const project = join(import.meta.dirname, "../../../..");
const folder = join(project, "dev/cluster-tests/modes");

/** A row of the table: a mode's test file, and the name that runs it alone. */
interface Row {
  readonly file: string;
  readonly grep: string;
}

function rows(): Row[] {
  const page = readFileSync(join(project, "docs/modes.md"), "utf8");
  const cells = page.split("\n").filter((line) => line.startsWith("| "));
  return cells.flatMap((line) => {
    const [, , , run = ""] = line.split("|").map((cell) => cell.trim());
    return [...run.matchAll(/`([\w-]+\.test\.ts)`: `--grep ([^`]+)`/g)].map(([, file = "", grep = ""]) => ({
      file,
      grep: grep.replaceAll('"', ""),
    }));
  });
}

/** Titles of the suites in a file. */
function suites(file: string): string[] {
  const text = readFileSync(join(folder, file), "utf8");
  return [...text.matchAll(/\bdescribe\(\s*["'`]([^"'`]+)/g)].map(([, title = ""]) => title);
}

describe("docs/modes.md", () => {
  const files = globSync("*.test.ts", { cwd: folder }).map((file) => basename(file));

  it("has a row for each test of a mode, and no other", () => {
    const named = rows().map(({ file }) => file);
    expect([...new Set(named)].sort()).to.deep.equal(files.sort());
  });

  it("runs each mode alone by a name that no other mode has", () => {
    const found = rows().map(({ file, grep }) => {
      const matching = files.filter((other) => suites(other).some((title) => title.includes(grep)));
      return { file, matching };
    });
    expect(found).to.deep.equal(found.map(({ file }) => ({ file, matching: [file] })));
  });
});
