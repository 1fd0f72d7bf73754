import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { goodProfile } from "../../../infra/test/support/fake-minikube.ts";
import { answering, type Answering } from "../support/answering-server.ts";
import { archiveOf } from "../support/dump-archive.ts";
import { fakeMachine, type Machine, type Setup } from "../support/fake-machine.ts";
import { fakeMongodb, password, pod, type Behaviour, type FakeMongodb } from "../support/fake-mongodb-pod.ts";
import { runBackup, runUp } from "../support/run-command.ts";

const archive = archiveOf([{ name: "Ada" }, { name: "Grace" }]);

describe("backup", () => {
  let machine: Machine;
  let mongodb: FakeMongodb | undefined;
  let service: Answering;
  let file: string;

  beforeEach(async () => {
    service = await answering();
  });

  afterEach(() => {
    service.close();
    machine.remove();
    mongodb?.remove();
    mongodb = undefined;
  });

  /** A machine on which `up` ran. */
  async function after(behaviour: Behaviour): Promise<FakeMongodb> {
    machine = fakeMachine({ url: service.url });
    expect(await runUp(machine)).to.include({ code: 0 });
    machine.changes();
    mongodb = fakeMongodb(machine, { archive, ...behaviour });
    file = join(mongodb.folder, "backups", "a.gz");
    return mongodb;
  }

  for (const hasKubectl of [true, false]) {
    it(`writes mongodump's archive, with ${hasKubectl ? "kubectl" : "minikube's kubectl"}`, async () => {
      await after({ hasKubectl });
      const { code, text } = await runBackup(machine, { file });
      expect(text.replace(/[\d.]+ s/, "N s")).to.equal(
        `${file}\n\n  0.0 MB, 2 documents, N s\n  npm run restore -- ${file}`,
      );
      expect(code).to.equal(0);
      expect(readFileSync(file).equals(archive)).to.equal(true);
      expect(statSync(file).mode & 0o777).to.equal(0o600);
      expect(readdirSync(join(file, ".."))).to.deep.equal(["a.gz"]);
      expect(machine.changes()).to.deep.equal([]);
    });
  }

  it("names the file after the time where it is not named", async () => {
    await after({});
    const { code, text } = await runBackup(machine);
    expect(code).to.equal(0);
    const [path = ""] = text.split("\n");
    expect(path.replace(machine.project.folder, "")).to.match(
      /^\/backups\/dev-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.archive\.gz$/,
    );
    expect(readFileSync(path).equals(archive)).to.equal(true);
  });

  it("deletes what a killed backup left, and not what one is writing", async () => {
    await after({});
    const folder = join(machine.project.folder, "backups");
    mkdirSync(folder);
    const [killed, running, foreign] = ["dev-1.archive.gz.part", "dev-2.archive.gz.part", "film.part"];
    for (const name of [killed, running, foreign]) writeFileSync(join(folder, name), "half");
    const anHourAgo = Date.now() / 1000 - 3600;
    for (const name of [killed, foreign]) utimesSync(join(folder, name), anHourAgo, anHourAgo);
    expect(await runBackup(machine)).to.include({ code: 0 });
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).to.deep.equal([running, foreign]);
  });

  it("gives mongodump the password where no other process sees it", async () => {
    const fake = await after({});
    await runBackup(machine, { file });
    const [command = ""] = fake.commands();
    expect(command).to.match(
      /^--context minikube exec --stdin --namespace koa-mongo-stack-dev-1234 mongodb-0 /,
    );
    expect(command).to.match(
      / mongodump --config=\/dev\/fd\/3 --host=127\.0\.0\.1 --username=app-7 .* --archive --gzip .*--db=app$/,
    );
    expect(command).not.to.include(password);
    expect(fake.secrets()).to.deep.equal([JSON.stringify({ password })]);
  });

  it("does not write over a file, unless told", async () => {
    await after({});
    await runBackup(machine, { file });
    writeFileSync(file, "before", { mode: 0o644 });
    expect(await runBackup(machine, { file })).to.deep.equal({
      code: 1,
      text: `${file} is there. To write over it: npm run backup -- ${file} --force`,
    });
    expect(readFileSync(file, "utf8")).to.equal("before");
    expect(await runBackup(machine, { file, force: true })).to.include({ code: 0 });
    expect(readFileSync(file).equals(archive)).to.equal(true);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
  });

  describe("leaves no file", () => {
    const faults: [string, Behaviour, string][] = [
      [
        "when mongodump fails, and does not tell the password",
        { afterDump: `echo 'auth failed for app:${password}' >&2; exit 1` },
        "auth failed for app:…\nmongodump in the pod mongodb-0: ended with code 1",
      ],
      [
        "when the connection is cut and kubectl knows nothing of it",
        { archive: archive.subarray(0, -9) },
        "FILE.part is cut off: the end of the archive is missing. Take another.",
      ],
      [
        "when no pod is there",
        { pods: [] },
        "MongoDB's pod in koa-mongo-stack-dev-1234 is not there. Run: npm run up",
      ],
      [
        "when the pod is not ready",
        { pods: [pod(false)] },
        "MongoDB's pod mongodb-0 is not ready. Run: npm run up",
      ],
    ];
    for (const [what, behaviour, sentence] of faults) {
      it(what, async () => {
        await after(behaviour);
        const { code, text } = await runBackup(machine, { file });
        expect(text.replace(file, "FILE")).to.equal(sentence);
        expect(code).to.equal(1);
        expect(existsSync(file)).to.equal(false);
        expect(existsSync(`${file}.part`)).to.equal(false);
      });
    }

    it("and keeps the one that was there", async () => {
      await after({ archive: archive.subarray(0, -9) });
      await runBackup(machine);
      const before = join(machine.project.folder, "before.gz");
      writeFileSync(before, "before");
      expect(await runBackup(machine, { file: before, force: true })).to.include({ code: 1 });
      expect(readFileSync(before, "utf8")).to.equal("before");
    });

    it("when it can't be written", async () => {
      const { folder } = await after({});
      const { code, text } = await runBackup(machine, { file: join(folder, "archive/a.gz") });
      expect(code).to.equal(1);
      expect(text).to.match(/^Can't write \/.*\/archive\/a\.gz: (ENOTDIR|EEXIST).*$/);
    });
  });

  const clusters: [string, Setup["profiles"] & object, string][] = [
    ["is stopped", [{ ...goodProfile, Status: "Stopped" }], "is not running (Stopped)"],
    ["is gone", [], "is gone"],
  ];
  for (const [what, profiles, words] of clusters) {
    it(`says so when the cluster ${what}`, async () => {
      await after({});
      machine.set({ profiles });
      expect(await runBackup(machine, { file })).to.deep.equal({
        code: 1,
        text: `The minikube cluster "minikube" ${words}. Run: npm run up`,
      });
    });
  }

  it("says so when there is no stack", async () => {
    machine = fakeMachine();
    expect(await runBackup(machine)).to.deep.equal({
      code: 1,
      text: "There is no stack dev. Run: npm run up",
    });
  });
});
