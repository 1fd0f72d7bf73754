import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { writeFigures, type Figures } from "../../report/performance-page.ts";

describe("writeFigures", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-page-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const page = () => readFileSync(join(folder, "performance.md"), "utf8");
  const rows = () =>
    page()
      .split("\n")
      .map((line) =>
        line
          .split(/ *\| */)
          .slice(1, -1)
          .join("|"),
      );
  const reached = { about: "speed", target: "≥ 5 × bare", measured: "5.10 ×", isReached: true };
  const missed = {
    about: "size",
    target: "≤ 3 MB",
    measured: "4 MB",
    isReached: false,
    limit: "Node is large.",
  };
  const figures = (...goals: Figures["goals"]): Figures => ({
    command: "bench",
    where: "2026-01-01: here",
    goals,
  });

  it("has a row for each goal of all sources, in the same order, independent of the order of writes", async () => {
    await writeFigures(folder, "up", figures(missed));
    await writeFigures(folder, "bench", figures(reached));
    const goals = rows().filter((row) => /^(speed|size)\|/.test(row));
    expect(goals).to.deep.equal(["speed|≥ 5 × bare|5.10 ×|reached", "size|≤ 3 MB|4 MB|**missed**"]);
  });

  it("names the limiting factor of each missed goal only", async () => {
    await writeFigures(folder, "up", figures(missed, reached));
    expect(page().match(/^- Missed: .*$/gm)).to.deep.equal(["- Missed: size. Node is large."]);
  });

  it("names the factor once if it limits several goals", async () => {
    await writeFigures(folder, "up", figures(missed, { ...missed, about: "time" }));
    expect(page().match(/^- Missed: .*$/gm)).to.deep.equal(["- Missed: size; time. Node is large."]);
  });

  it("replaces the figures of a source, and keeps the figures of the others", async () => {
    await writeFigures(folder, "up", figures(missed));
    await writeFigures(folder, "bench", figures(missed));
    const before = page();
    await writeFigures(folder, "bench", figures(reached));
    expect(page()).not.to.equal(before);
    await writeFigures(folder, "bench", figures(missed));
    expect(page()).to.equal(before);
  });

  it("writes the raw figures to a JSON file in the same folder", async () => {
    await writeFigures(folder, "up", { ...figures(reached), rounds: [1, 2] } as Figures);
    const json = JSON.parse(readFileSync(join(folder, "performance-up.json"), "utf8")) as object;
    expect(json).to.deep.equal({ ...figures(reached), rounds: [1, 2] });
  });

  it("names the command of each source as it ran last, and when", async () => {
    await writeFigures(folder, "bench", figures(reached));
    expect(rows()).to.include("`bench`|8 minutes|2026-01-01: here");
    expect(rows()).to.include("`npm run load:write -w dev`|8 minutes, a running stack|none");
  });

  it("has the chart once the benchmark has run", async () => {
    await writeFigures(folder, "up", figures(reached));
    expect(page()).not.to.include("![");
    await writeFigures(folder, "bench", figures(reached));
    expect(page().match(/!\[/g)).to.have.length(1);
  });

  it("has a source's table, below its caption", async () => {
    const table = [
      ["pods", "requests/s"],
      ["4", "900"],
    ];
    await writeFigures(folder, "cluster", { ...figures(reached), table, caption: "What to know." });
    expect(rows()).to.include.members(["pods|requests/s", "4|900"]);
    expect(page()).to.match(/^What to know\.\n\n\| pods/m);
  });

  it("is one screen", async () => {
    await writeFigures(folder, "bench", figures(...Array<typeof reached>(25).fill(reached)));
    expect(page().split("\n").length).to.be.below(60);
  });
});
