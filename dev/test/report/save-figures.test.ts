import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { saveFigures } from "../../report/save-figures.ts";
import { UserError } from "../../../tools/process/user-error.ts";

describe("saveFigures", () => {
  let project: string;
  let printed: string[];
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), "koa-mongo-stack-figures-"));
    printed = [];
  });
  afterEach(() => {
    rmSync(project, { recursive: true });
  });
  const goal = { about: "speed", target: "≥ 5", measured: "6", isReached: true };
  const save = (isPage: boolean, ...doubts: string[]) =>
    saveFigures(
      project,
      {
        source: "bench",
        figures: { command: "bench", where: "here", goals: [goal] },
        chart: "<svg/>",
        doubts,
        isPage,
      },
      (line) => printed.push(line),
    );
  const has = (file: string) => existsSync(join(project, file));

  it("writes the page, its JSON and its chart when asked to", async () => {
    await save(true);
    expect(readFileSync(join(project, "docs/performance.md"), "utf8")).to.include("speed");
    expect(readFileSync(join(project, "docs/performance.svg"), "utf8")).to.equal("<svg/>");
    expect(has("docs/performance.json")).to.equal(true);
  });

  it("does not change the page otherwise", async () => {
    await save(false);
    expect(has("docs")).to.equal(false);
    expect(has(".bench/performance.json")).to.equal(true);
  });

  it("rejects figures that should not be trusted, with the reasons, and keeps them out of the page", async () => {
    const error: unknown = await save(true, "It was noisy.", "It was busy.").catch(
      (reason: unknown) => reason,
    );
    expect(error).to.be.an.instanceOf(UserError);
    expect((error as Error).message).to.equal(
      "docs/performance.md is unchanged. Don't trust these figures:\n- It was noisy.\n- It was busy.\n" +
        "Repeat the measurement on an idle machine.",
    );
    expect(has("docs")).to.equal(false);
    const { doubts } = JSON.parse(
      readFileSync(join(project, ".bench/performance.json"), "utf8"),
    ) as object & {
      doubts: unknown;
    };
    expect(doubts).to.deep.equal(["It was noisy.", "It was busy."]);
  });

  it("prints the doubts also without the page", async () => {
    await save(false, "It was noisy.");
    expect(printed.join("\n")).to.include("Don't trust these figures:\n- It was noisy.");
  });
});
