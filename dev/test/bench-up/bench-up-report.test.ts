import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readManifests } from "../../bench-up/manual-deployment.ts";
import { compare, goalsOf, markdown, type Timing } from "../../bench-up/bench-up-report.ts";

describe("compare", () => {
  const timings: Timing[] = [
    ...[30, 20, 100].map((seconds) => ({ step: "from nothing", way: "pulumi", seconds }) as const),
    ...[20, 30, 10].map((seconds) => ({ step: "from nothing", way: "by hand", seconds }) as const),
    { step: "nothing to do", way: "pulumi", seconds: 3 },
    { step: "nothing to do", way: "an empty program", seconds: 1 },
    { step: "change of code", way: "pulumi", seconds: 12 },
    { step: "change of code", way: "by hand", seconds: 10 },
    { step: "destroy", way: "pulumi", seconds: 12.5 },
    { step: "destroy", way: "by hand", seconds: 30 },
  ];
  const rows = compare(timings);

  it("takes medians", () => {
    expect(rows[0]).to.include({ pulumi: 30, otherSeconds: 20, times: 1.5, goal: "≤ 0.8 × by hand" });
  });

  it("says of each step whether its goal is reached: in times of another way, or in seconds", () => {
    expect(rows.map(({ step, isReached }) => [step, isReached])).to.deep.equal([
      ["from nothing", false],
      ["nothing to do", false],
      ["change of code", true],
      ["destroy", false],
    ]);
  });

  it("compares nothing to do with an empty program", () => {
    expect(rows.map(({ other }) => other)).to.deep.equal([
      "by hand",
      "an empty program",
      "by hand",
      "by hand",
    ]);
  });

  it("are goals of the page", () => {
    const [first, , , last] = goalsOf(rows);
    expect(first).to.include({
      about: "`up` and `destroy`: from nothing",
      measured: "1.50 × (30.0 s)",
      isReached: false,
    });
    expect(last).to.include({ target: "≤ 10 s", measured: "12.5 s" });
  });

  it("is a table with all rounds", () => {
    const [, , first] = markdown(rows, timings).split("\n");
    expect(first?.split(/ *\| */).slice(1, -1)).to.deep.equal([
      "from nothing",
      "30.00 s",
      "by hand",
      "20.00 s",
      "1.50",
      "≤ 0.8 × by hand",
      "**missed**",
      "30.0, 20.0, 100.0",
    ]);
  });
});

describe("readManifests", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-manifests-"));
    mkdirSync(join(folder, "1-manifest"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const write = (file: string, text: string) => {
    writeFileSync(join(folder, "1-manifest", file), text);
  };
  const namespace = "kind: Namespace\nmetadata:\n  name: app-1234\n";
  const volume =
    "kind: PersistentVolume\nmetadata: { name: data }\nspec: { hostPath: { path: /data/app } }\n";

  it("puts the namespace first, and finds the volume's directory", async () => {
    write("a-deployment.yaml", "kind: Deployment\nmetadata: { name: web }\n");
    write("b-volume.yaml", volume);
    write("c-namespace.yaml", namespace);
    const manifests = await readManifests(folder);
    expect(manifests).to.include({ namespace: "app-1234", directory: "/data/app" });
    expect(manifests.text.match(/^kind: \w+|^---$/gm)).to.deep.equal([
      "kind: Namespace",
      "---",
      "kind: Deployment",
      "---",
      "kind: PersistentVolume",
    ]);
  });

  it("refuses what has no namespace", async () => {
    write("b-volume.yaml", volume);
    const refused = await readManifests(folder).catch((error: unknown) => (error as Error).message);
    expect(refused).to.match(/^The program has rendered no namespace or no hostPath volume into /);
  });
});
