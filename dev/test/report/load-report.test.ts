import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { writeLoadReport } from "../../report/load-report.ts";

describe("writeLoadReport", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-load-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const page = () => readFileSync(join(folder, "performance.md"), "utf8");
  const result = {
    findings: [
      ["failed", "1 requests (goal 0)"],
      ["", "1 × shed: overloaded"],
    ],
    picture: "<svg></svg>",
    metricsPeriod: 60,
  } as const;
  const machine = "2 × a processor";

  it("writes its section and its picture", async () => {
    const args = ["--seconds=1", "--rate=20"];
    const file = await writeLoadReport(folder, result, { hasClients: false, args, machine });
    expect(page()).to.match(/^# Performance\n\n## Under load\n/);
    expect(page()).to.match(
      /Measured by `npm run load:write -w dev -- --seconds=1 --rate=20` on \d{4}-\d\d-\d\d: 2 × a processor\. metrics-server measured every 60 s\.\n/,
    );
    expect(page()).to.include("\n- failed: 1 requests (goal 0)\n  1 × shed: overloaded\n");
    expect(page()).to.include("![load, CPU and pods](load.svg)");
    expect(file).to.equal(join(folder, "load.svg"));
    expect(readFileSync(file, "utf8")).to.equal(result.picture);
  });

  it("writes a section of its own for clients", async () => {
    await writeLoadReport(folder, result, { hasClients: false, args: [], machine });
    await writeLoadReport(folder, result, { hasClients: true, args: ["--clients=2"], machine });
    expect(page().match(/^## .*$/gm)).to.deep.equal([
      "## Under load",
      "## With clients that wait for their answers",
    ]);
    expect(page()).to.include("--clients=2`").and.include("![load, CPU and pods](load-clients.svg)");
  });

  it("says nothing of metrics-server's period where nobody knows it", async () => {
    const measurement = { hasClients: false, args: [], machine };
    await writeLoadReport(folder, { ...result, metricsPeriod: undefined }, measurement);
    expect(page()).not.to.include("metrics-server");
  });
});
