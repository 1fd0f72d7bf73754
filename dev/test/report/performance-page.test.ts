import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { writeSection } from "../../report/performance-page.ts";

describe("writeSection", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-page-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const page = () => readFileSync(join(folder, "performance.md"), "utf8");
  const bodies = () => page().match(/^body.*$/gm);

  it("keeps the sections in one order, whichever comes first", async () => {
    await writeSection(folder, "clients", "body of clients");
    await writeSection(folder, "load", "body of load");
    await writeSection(folder, "bench", "body of bench");
    await writeSection(folder, "up", "body of up");
    expect(bodies()).to.deep.equal(["body of bench", "body of up", "body of load", "body of clients"]);
    expect(page().match(/^## /gm)).to.have.length(4);
  });

  it("writes a section anew, and leaves the others as they are", async () => {
    await writeSection(folder, "bench", "body of bench");
    await writeSection(folder, "up", "body of up");
    const before = page();
    await writeSection(folder, "bench", "body, another");
    expect(bodies()).to.deep.equal(["body, another", "body of up"]);
    await writeSection(folder, "bench", "body of bench");
    expect(page()).to.equal(before);
  });

  it("keeps what somebody wrote below", async () => {
    await writeSection(folder, "load", "body of load");
    writeFileSync(join(folder, "performance.md"), `${page()}\n## Limits\n\nbody by hand\n`);
    await writeSection(folder, "bench", "body of bench");
    await writeSection(folder, "load", "body, another");
    expect(bodies()).to.deep.equal(["body of bench", "body, another", "body by hand"]);
    expect(page().match(/^## Limits$/gm)).to.have.length(1);
  });

  it("says by which command each is made", async () => {
    await writeSection(folder, "up", "body");
    expect(page()).to.include("Made by `npm run bench:up -w dev -- --write`");
  });
});
