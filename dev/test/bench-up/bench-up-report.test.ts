import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readManifests } from "../../bench-up/manual-deployment.ts";
import {
  compare,
  goalsOf,
  markdown,
  ratioDoubts,
  type Step,
  type Timing,
  type Way,
} from "../../bench-up/bench-up-report.ts";

/** A measurement of each round. */
function timed(step: Step, way: Way, ...seconds: readonly number[]): Timing[] {
  return seconds.map((each, index) => ({ round: index + 1, step, way, seconds: each }));
}

describe("compare", () => {
  const timings: Timing[] = [
    ...timed("from nothing", "pulumi", 30, 20, 100),
    ...timed("from nothing", "by hand", 20, 30, 50),
    ...timed("nothing to do", "pulumi", 3, 3, 3),
    ...timed("nothing to do", "an empty program", 1, 1, 1),
    ...timed("change of code", "pulumi", 12, 12, 12),
    ...timed("change of code", "by hand", 10, 10, 10),
    ...timed("destroy", "pulumi", 12.5, 12.5, 12.5),
    ...timed("destroy", "by hand", 30, 30, 30),
  ];
  const rows = compare(timings);

  it("takes medians, and the median of the ratios of each round", () => {
    expect(rows[0]).to.include({ pulumi: 30, otherSeconds: 30, times: 1.5, goal: "≤ 0.8 × by hand" });
    expect(rows[0]?.ratios).to.deep.equal([1.5, 20 / 30, 2]);
  });

  it("takes the medians of a round in which a step is measured repeatedly", () => {
    const repeated = [1, 2, 9].flatMap((seconds) => [
      ...timed("nothing to do", "pulumi", 2 * seconds),
      ...timed("nothing to do", "an empty program", seconds),
    ]);
    const row = compare(repeated).find(({ step }) => step === "nothing to do");
    expect(row?.ratios).to.deep.equal([2]);
  });

  it("compares each step with its goal: a factor of another way, or seconds", () => {
    expect(rows.map(({ step, isReached }) => [step, isReached])).to.deep.equal([
      ["from nothing", false],
      ["nothing to do", false],
      ["change of code", true],
      ["destroy", false],
    ]);
  });

  it("compares an `up` without changes with an empty program", () => {
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
      measured: "1.50 × ± 23 % (30.0 s)",
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
      "30.00 s",
      "1.50",
      "≤ 0.8 × by hand",
      "**missed**",
      "30.0, 20.0, 100.0",
      "1.50, 0.67, 2.00",
    ]);
  });
});

describe("ratioDoubts", () => {
  const doubtsOf = (...seconds: readonly number[]) => {
    const manual = seconds.map(() => 100);
    const others = (["nothing to do", "change of code", "destroy"] as const).flatMap((step) =>
      (["pulumi", "by hand", "an empty program"] as const).flatMap((way) => timed(step, way, ...manual)),
    );
    const fromNothing = [
      ...timed("from nothing", "pulumi", ...seconds),
      ...timed("from nothing", "by hand", ...manual),
    ];
    return ratioDoubts(compare([...fromNothing, ...others]));
  };

  it("are none if the ratios of the rounds are similar, apart from a single round", () => {
    expect(doubtsOf(70, 80, 84, 78, 240)).to.deep.equal([]);
  });

  it("name a step whose error is more than 10 %", () => {
    expect(doubtsOf(50, 60, 80, 100, 120)).to.deep.equal([
      "from nothing: 0.50, 0.60, 0.80, 1.00, 1.20 × by hand: the error is 17 % (limit 10 %).",
    ]);
  });

  it("name a step without a measurement", () => {
    expect(ratioDoubts(compare(timed("destroy", "pulumi", 1)))).to.have.length(4);
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

  it("rejects a program without a namespace", async () => {
    write("b-volume.yaml", volume);
    const message = await readManifests(folder).catch((error: unknown) => (error as Error).message);
    expect(message).to.match(/^The program rendered no namespace or no hostPath volume into /);
  });
});
