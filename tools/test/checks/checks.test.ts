import { tmpdir } from "node:os";
import { expect } from "chai";
import { isAtLeast } from "../../checks/check.ts";
import { avx, cpus, disk, kernel, memory, node, user } from "../../checks/machine-checks.ts";
import { tryRun } from "../../process/child-process.ts";

const gib = 1024 ** 3;

describe("node", () => {
  it("accepts 24 and newer", () => {
    expect(node("24.0.0").state).to.equal("ok");
    expect(node("26.1.0").state).to.equal("ok");
    expect(node("22.18.0").state).to.equal("missing");
  });
});

describe("memory", () => {
  it("wants 4 GiB free for a cluster", () => {
    expect(memory(false, "linux", { free: 4 * gib, total: 8 * gib }).state).to.equal("ok");
    expect(memory(false, "linux", { free: 3.9 * gib, total: 8 * gib })).to.deep.equal({
      state: "warn",
      found: "3.9 GiB free",
      fix: "A cluster needs 4 GiB free. Close other programs, or reserve less: minikube config set memory 3072",
    });
  });

  it("wants no more for a cluster that runs", () => {
    expect(memory(true, "linux", { free: gib, total: 8 * gib }).state).to.equal("ok");
  });

  it("counts what macOS has in all", () => {
    expect(memory(false, "darwin", { free: 0.1 * gib, total: 16 * gib }).state).to.equal("ok");
  });
});

describe("user", () => {
  it("is not root where minikube creates the cluster", () => {
    expect(user(false, 1000, false).state).to.equal("ok");
    expect(user(true, 0, false).state).to.equal("ok");
    expect(user(false, 0, true).state).to.equal("ok");
    expect(user(false, 0, false)).to.deep.include({ state: "warn", found: "root" });
  });
});

describe("cpus", () => {
  it("wants two", () => {
    expect(cpus(2)).to.deep.equal({ state: "ok", found: "2" });
    expect(cpus(1)).to.deep.equal({
      state: "missing",
      found: "1",
      fix: "minikube needs two CPUs. Assign more CPUs to this machine.",
    });
  });
});

describe("disk", () => {
  it("compares what is free", async () => {
    expect((await disk(tmpdir(), 0)).state).to.equal("ok");
    expect(await disk(tmpdir(), 1e18)).to.deep.include({
      state: "warn",
      fix: "The cluster and its images need 1000000000 GB. To free space, run: docker system prune",
    });
  });
});

describe("avx", () => {
  const has = (answer: boolean | undefined) => () => Promise.resolve(answer);

  const standalone = { mongo: "standalone" };

  it("is needed on x64, and no older MongoDB does without", async () => {
    expect((await avx(standalone, "linux", "x64", has(true))).state).to.equal("ok");
    expect(await avx(standalone, "linux", "x64", has(false))).to.deep.equal({
      state: "missing",
      found: "MongoDB needs AVX, and the processor does not have it",
      fix: "Use a MongoDB on another machine: pulumi config set mongo external",
    });
    expect((await avx(standalone, "darwin", "arm64", has(false))).state).to.equal("ok");
    expect((await avx({ mongo: "external" }, "linux", "x64", has(false))).state).to.equal("ok");
  });

  it("is unknown where nothing tells", async () => {
    expect(await avx(standalone, "win32", "x64", has(undefined))).to.deep.equal({
      state: "warn",
      found: "unknown on win32",
      fix: "If MongoDB's pod ends with code 132: Use a MongoDB on another machine: pulumi config set mongo external",
    });
  });
});

describe("kernel", () => {
  const found = async (version: string | undefined, mongo = "standalone") =>
    await kernel({ mongo }, () => Promise.resolve(version));

  it("says why MongoDB starts on Docker's kernel", async () => {
    expect(await found("6.18.9-generic")).to.deep.equal({
      state: "ok",
      found: "6.18.9-generic, MongoDB starts on it",
    });
    for (const version of ["6.19.0", "7.0.4-arch1-1", "7.0.0-30-generic"]) {
      expect(await found(version)).to.deep.equal({
        state: "ok",
        found: `${version}, MongoDB starts on it, because glibc registers rseq`,
      });
    }
  });

  it("does not matter to a MongoDB elsewhere, nor where Docker does not tell", async () => {
    expect(await found("7.0.4", "external")).to.deep.equal({
      state: "ok",
      found: "any, with mongo external",
    });
    expect(await found(undefined)).to.deep.equal({
      state: "ok",
      found: "unknown, but MongoDB starts on any kernel",
    });
  });
});

describe("isAtLeast", () => {
  it("compares numbers, not text", () => {
    expect(isAtLeast("v3.210.0", "3.210.0")).to.equal(true);
    expect(isAtLeast("v3.270.1-dev", "3.210.0")).to.equal(true);
    expect(isAtLeast("4.0.0", "3.210.0")).to.equal(true);
    expect(isAtLeast("v3.99.9", "3.210.0")).to.equal(false);
    expect(isAtLeast("nonsense", "3.210.0")).to.equal(false);
  });
});

describe("ask", () => {
  it("does not wait for a program that hangs", async () => {
    const answer = await tryRun("/bin/sh", ["-c", "sleep 30"], { timeoutMs: 100 });
    expect(answer).to.deep.equal({
      kind: "failed",
      stdout: "",
      message: "/bin/sh did not answer within 0.1 s",
    });
  });
});
