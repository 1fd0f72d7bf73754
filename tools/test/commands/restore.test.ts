import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { answering, type Answering } from "../support/answering-server.ts";
import { archiveOf } from "../support/dump-archive.ts";
import { fakeMachine, type Machine } from "../support/fake-machine.ts";
import { fakeMongodb, password, pod, type Behaviour, type FakeMongodb } from "../support/fake-mongodb-pod.ts";
import { runRestore, runUp, type Outcome } from "../support/run-command.ts";

const archive = archiveOf([{ name: "Ada" }, { name: "Grace" }]);

describe("restore", () => {
  let machine: Machine;
  let mongodb: FakeMongodb;
  let service: Answering;
  let file: string;

  beforeEach(async () => {
    service = await answering();
  });

  afterEach(() => {
    service.close();
    machine.remove();
    mongodb.remove();
  });

  /** A machine on which `up` ran, with a backup. */
  async function after(behaviour: Behaviour, content = archive): Promise<void> {
    machine = fakeMachine({ url: service.url });
    expect(await runUp(machine)).to.include({ code: 0 });
    mongodb = fakeMongodb(machine, behaviour);
    file = join(mongodb.folder, "a.gz");
    writeFileSync(file, content);
  }

  async function run(backup: string, drop = false): Promise<Outcome> {
    const { code, text } = await runRestore(machine, backup, drop);
    return { code, text: text.replaceAll(file, "FILE").replace(/[\d.]+ s$/, "N s") };
  }
  /** The programs that ran in the pod. */
  const programs = () => mongodb.commands().map((command) => / bash (mongo\w+) /.exec(command)?.[1]);
  const done = { code: 0, text: "2 documents of FILE are in the database app, N s" };
  const again = "The database may have a part of FILE now. To do it again: npm run restore -- FILE --drop";

  for (const hasKubectl of [true, false]) {
    it(`gives the archive to mongorestore, with ${hasKubectl ? "kubectl" : "minikube's kubectl"}`, async () => {
      await after({ hasKubectl });
      expect(await run(file)).to.deep.equal(done);
      expect(programs()).to.deep.equal(["mongosh", "mongorestore"]);
      expect(mongodb.commands()[1]).to.match(/ --archive --gzip .*--nsInclude=app\.\*$/);
      expect(mongodb.restored().equals(archive)).to.equal(true);
    });
  }

  it("gives the password where no other process sees it", async () => {
    await after({});
    await run(file);
    expect(mongodb.commands().join()).not.to.include(password);
    expect(new Set(mongodb.secrets())).to.deep.equal(new Set([JSON.stringify({ password })]));
  });

  it("refuses a database that has documents", async () => {
    await after({ filled: ["data", "notes"] });
    expect(await run(file)).to.deep.equal({
      code: 1,
      text:
        "The database app is not empty, it has documents in data, notes: nothing was restored. " +
        "To replace all that is there: npm run restore -- FILE --drop",
    });
    expect(programs()).to.deep.equal(["mongosh"]);
  });

  it("replaces what is there when told, also what the backup does not have", async () => {
    await after({ filled: ["data", "notes"] });
    expect(await run(file, true)).to.deep.equal(done);
    expect(programs()).to.deep.equal(["mongorestore", "mongosh"]);
    const [restored, dropped] = mongodb.commands();
    expect(restored).to.match(/ --drop$/);
    expect(dropped).to.match(/!\["data"\]\.includes\(name\).*\.drop\(\)/);
  });

  const faults: [string, Buffer, string][] = [
    [
      "is cut off",
      archive.subarray(0, -9),
      "FILE is cut off: the end of the archive is missing. Take another.",
    ],
    ["is no archive", Buffer.from("hello"), "FILE is not an archive that `npm run backup` made."],
  ];
  for (const [what, content, sentence] of faults) {
    it(`changes nothing when the file ${what}`, async () => {
      await after({}, content);
      expect(await run(file, true)).to.deep.equal({ code: 1, text: sentence });
      expect(mongodb.commands()).to.deep.equal([""]);
    });
  }

  it("changes nothing when there is no file", async () => {
    await after({});
    expect(await run(`${file}.gz`, true)).to.deep.equal({
      code: 1,
      text: "FILE.gz is not there. `npm run backup` makes one.",
    });
    expect(mongodb.commands()).to.deep.equal([""]);
  });

  it("says so when the pod is not ready", async () => {
    await after({ pods: [pod(false)] });
    expect(await run(file)).to.deep.equal({
      code: 1,
      text: "MongoDB's pod mongodb-0 is not ready. Run: npm run up",
    });
  });

  it("does not take documents that failed for restored", async () => {
    const said = "1 document(s) restored successfully. 1 document(s) failed to restore.";
    await after({ mongorestore: `while IFS= read -r _; do :; done; echo '${said}' >&2` });
    expect(await run(file)).to.deep.equal({
      code: 1,
      text: `mongorestore restored 1 of 2 documents, 1 failed.\n${again}`,
    });
  });

  describe("when mongorestore ends before it has read the file", () => {
    // More than a pipe holds.
    const big = Array.from({ length: 40_000 }, () => Math.random().toString(36)).join("");

    it("says what it says", async () => {
      await after({ mongorestore: "echo 'Failed: no space' >&2; exit 1" }, archiveOf([{ big }, { big }]));
      expect(await run(file)).to.deep.equal({
        code: 1,
        text: `Failed: no space\nmongorestore in the pod mongodb-0: ended with code 1\n${again}`,
      });
    });

    it("does not believe that it succeeded", async () => {
      const said = "2 document(s) restored successfully. 0 document(s) failed to restore.";
      await after({ mongorestore: `echo '${said}' >&2` }, archiveOf([{ big }, { big }]));
      expect(await run(file)).to.deep.equal({
        code: 1,
        text: `mongorestore in the pod mongodb-0: the connection was cut.\n${again}`,
      });
    });
  });
});
