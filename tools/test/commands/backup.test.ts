import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { memberLabelsOf } from "../../../infra/platform/pod-defaults.ts";
import { goodProfile } from "../../../infra/test/support/fake-minikube.ts";
import { checkArchive } from "../../backup/archive.ts";
import { answering, type Answering } from "../support/answering-server.ts";
import { downloads, type Downloads } from "../support/download-server.ts";
import { namespace, paths, type FakeApiServer } from "../support/fake-api-server.ts";
import { fakeMachine, type Machine, type Setup } from "../support/fake-machine.ts";
import { clusterWithMongodb, service, type Setup as MongodbSetup } from "../support/fake-mongodb-pod.ts";
import { fakeMongod, type FakeMongod } from "../support/fake-mongod.ts";
import { publish } from "../support/fake-releases.ts";
import { pod } from "../support/fake-stack.ts";
import { runBackup, runUp, type CommandResult } from "../support/run-command.ts";
import { testDatabase, type TestDatabase } from "../support/test-database.ts";

const password = "pass-of_app";

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("backup", function () {
  this.timeout(60_000);
  let machine: Machine;
  let cluster: FakeApiServer | undefined;
  let mongod: FakeMongod | undefined;
  let web: Answering;
  let database: TestDatabase;
  let folder: string;
  let file: string;

  before(async () => {
    database = await testDatabase();
    await database.db.collection("data").insertMany([{ name: "Ada" }, { name: "Grace" }]);
  });
  after(async () => {
    await database.remove();
  });
  beforeEach(async () => {
    web = await answering();
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-backup-"));
    file = join(folder, "backups", "a.gz");
  });
  afterEach(() => {
    web.close();
    cluster?.close();
    cluster = undefined;
    mongod?.close();
    mongod = undefined;
    machine.remove();
    rmSync(folder, { recursive: true });
  });

  /** A machine after `up`, with a MongoDB in the cluster. */
  async function withStack(setup: MongodbSetup = {}): Promise<FakeApiServer> {
    machine = fakeMachine({ url: web.url });
    expect(await runUp(machine)).to.include({ code: 0 });
    machine.changes();
    const uri = `mongodb://mongodb:27017/${database.db.databaseName}`;
    cluster = await clusterWithMongodb(machine, { uri, forwarded: { port: database.port }, ...setup });
    return cluster;
  }

  async function run(options: Parameters<typeof runBackup>[1] = { file }): Promise<CommandResult> {
    const { code, text } = await runBackup(machine, options);
    return { code, text: text.replaceAll(file, "FILE").replace(/[\d.]+ s$/m, "N s") };
  }

  it("writes what MongoDB's pod has, through the API server, and needs no kubectl", async () => {
    await withStack();
    machine.set({ programs: { kubectl: undefined } });
    expect(await run()).to.deep.equal({
      code: 0,
      text:
        "FILE\n\n  0.0 MB, 2 documents, N s\n" +
        "  The file is not encrypted. Keep it where only you can read it.\n  npm run restore -- FILE",
    });
    const { collections, documents } = await checkArchive(file, () => undefined);
    expect(collections.map(({ db, collection }) => [db, collection])).to.deep.equal([
      [database.db.databaseName, "data"],
    ]);
    expect([...documents.values()]).to.deep.equal([2]);
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(readdirSync(join(file, ".."))).to.deep.equal(["a.gz"]);
    expect(machine.changes()).to.deep.equal([]);
  });

  it("reaches a MongoDB that is not in the cluster without one of its pods", async () => {
    const { db, port } = database;
    await withStack({ uri: `mongodb://127.0.0.1:${port}/${db.databaseName}`, pods: [] });
    expect(await run()).to.include({ code: 0 });
    expect(cluster?.requests.join()).not.to.include("portforward");
  });

  it("says where to run the command if an external MongoDB does not answer this machine", async function () {
    await withStack({ uri: "mongodb://127.0.0.1:1/app?serverSelectionTimeoutMS=200" });
    const { code, text } = await run();
    expect(code).to.equal(1);
    expect(text).to.match(
      /^MongoDB \(127\.0\.0\.1\) does not answer this machine: connect ECONNREFUSED.*\. Run the command on a machine that reaches MongoDB\.$/,
    );
  });

  it("names the host whose SRV records are missing, and does not print the password", async () => {
    await withStack({ uri: "mongodb+srv://app:s3cret@no.invalid.test" });
    const { code, text } = await run();
    expect(code).to.equal(1);
    expect(text).to.match(/^MongoDB \(no\.invalid\.test\) does not answer this machine: /);
    expect(text).not.to.include("s3cret");
  });

  describe("of a replica set", () => {
    const host = (index: number) => `mongodb-rs0-${index}.mongodb-rs0.${namespace}.svc.cluster.local`;
    const members = [0, 1].map((index) => {
      const made = pod(`mongodb-rs0-${index}`, "mongodb");
      return { ...made, metadata: { ...made.metadata, labels: memberLabelsOf("mongodb") } };
    });
    const uri = () => {
      const options = "replicaSet=rs0&w=majority&retryWrites=true";
      return `mongodb://${host(0)}:27017,${host(1)}:27017/${database.db.databaseName}?${options}`;
    };

    async function withPrimary(primary: string | undefined): Promise<void> {
      mongod = await fakeMongod({ isWritablePrimary: false, secondary: true, setName: "rs0", primary });
      const running = await withStack({ uri: uri().replace("replicaSet=rs0&", ""), pods: members });
      running.raw.set(`${paths.services}/mongodb-rs0`, () => service(memberLabelsOf("mongodb")));
      running.forwarded.set("mongodb-rs0-0", { port: mongod.port });
      running.forwarded.set("mongodb-rs0-1", { port: database.port });
    }

    it("asks any member for the primary, and reads that one", async () => {
      await withPrimary(`${host(1)}:27017`);
      expect(await run()).to.include({ code: 0 });
      const forwards = cluster?.requests.filter((url) => url.includes("portforward")) ?? [];
      expect(forwards[0]).to.include("/mongodb-rs0-0/");
      expect(forwards.at(-1)).to.include("/mongodb-rs0-1/");
    });

    it("says that there is no primary", async () => {
      await withPrimary(undefined);
      expect(await run()).to.deep.equal({
        code: 1,
        text: "MongoDB's replica set has no primary. To see its pods, run: npm run status",
      });
    });
  });

  it("names the file after the time where it is not named", async () => {
    await withStack();
    const { code, text } = await run({});
    expect(code).to.equal(0);
    const [path = ""] = text.split("\n");
    expect(path.replace(machine.project.folder, "")).to.match(
      /^\/backups\/dev-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.archive\.gz$/,
    );
    expect(existsSync(path)).to.equal(true);
  });

  it("deletes what a killed backup left, and not what one is writing", async () => {
    await withStack();
    const backups = join(machine.project.folder, "backups");
    mkdirSync(backups);
    const [killed, running, foreign] = ["dev-1.archive.gz.part", "dev-2.archive.gz.part", "film.part"];
    for (const name of [killed, running, foreign]) writeFileSync(join(backups, name), "half");
    const anHourAgo = Date.now() / 1000 - 3600;
    for (const name of [killed, foreign]) utimesSync(join(backups, name), anHourAgo, anHourAgo);
    expect(await run({})).to.include({ code: 0 });
    expect(readdirSync(backups).filter((name) => name.endsWith(".part"))).to.deep.equal([running, foreign]);
  });

  it("replaces no file without --force", async () => {
    await withStack();
    await run();
    writeFileSync(file, "before", { mode: 0o644 });
    chmodSync(file, 0o644);
    expect(await run()).to.deep.equal({
      code: 1,
      text: "FILE exists. To replace it, run: npm run backup -- FILE --force",
    });
    expect(readFileSync(file, "utf8")).to.equal("before");
    expect(await run({ file, force: true })).to.include({ code: 0 });
    expect(readFileSync(file, "utf8")).not.to.equal("before");
    expect(statSync(file).mode & 0o777).to.equal(0o600);
  });

  describe("leaves no file", () => {
    afterEach(() => {
      expect(existsSync(file)).to.equal(false);
      expect(existsSync(`${file}.part`)).to.equal(false);
    });

    it("when MongoDB rejects the user, and does not tell the password", async () => {
      mongod = await fakeMongod({ isWritablePrimary: true });
      await withStack({
        uri: `mongodb://app-7:${password}@mongodb:27017/app`,
        forwarded: { port: mongod.port },
      });
      const { code, text } = await run();
      expect(code).to.equal(1);
      expect(text).to.equal("MongoDB (pod mongodb-0): Authentication failed.");
      expect(JSON.stringify(cluster?.requests)).not.to.include(password);
    });

    it("when nothing listens in the pod", async () => {
      await withStack({
        forwarded: { port: 1 },
        uri: "mongodb://mongodb:27017/app?serverSelectionTimeoutMS=500",
      });
      const { code, text } = await run();
      expect(code).to.equal(1);
      expect(text).to.match(/^MongoDB \(pod mongodb-0\): .*: error forwarding port: connect ECONNREFUSED/);
    });

    it("when the user may not forward ports", async () => {
      const running = await withStack({ uri: "mongodb://mongodb:27017/app?serverSelectionTimeoutMS=500" });
      running.forwarded.clear();
      const { code, text } = await run();
      expect(code).to.equal(1);
      expect(text).to.include("Unexpected server response: 404");
    });

    const pods: [string, MongodbSetup["pods"] & object, string][] = [
      ["when no pod is there", [], `MongoDB's pod in ${namespace} is not found. Run: npm run up`],
      [
        "when the pod is not ready",
        [pod("mongodb-0", "mongodb", { ready: false })],
        "MongoDB's pod mongodb-0 is not ready. Run: npm run up",
      ],
    ];
    for (const [what, found, sentence] of pods) {
      it(what, async () => {
        await withStack({ pods: found });
        expect(await run()).to.deep.equal({ code: 1, text: sentence });
      });
    }

    describe("when it is cut off in the middle", () => {
      let running: Promise<CommandResult>;

      beforeEach(async () => {
        const text = Array.from({ length: 40_000 }, () => Math.random().toString(36)).join("");
        await database.db.collection("large").insertMany(Array.from({ length: 20 }, () => ({ text })));
        await withStack({ forwarded: { port: database.port, stopSendingAfter: 2_000_000 } });
        running = run();
        while (!existsSync(`${file}.part`)) await sleep(20);
      });
      afterEach(async () => {
        await database.db.dropCollection("large");
      });

      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
        it(`by ${signal}`, async () => {
          process.emit(signal);
          expect(await running).to.deep.equal({ code: 130, text: "Interrupted." });
        });
      }

      it("because the pod is killed", async () => {
        cluster?.forwarded.clear();
        cluster?.drop();
        const { code, text } = await running;
        expect(code).to.equal(1);
        expect(text).to.match(/^MongoDB \(pod mongodb-0\): /);
      });
    });

    it("when it can't be written", async () => {
      await withStack();
      writeFileSync(join(folder, "backups"), "");
      const { code, text } = await run();
      expect(code).to.equal(1);
      expect(text).to.match(/^Can't write FILE: (ENOTDIR|EEXIST)/);
      rmSync(join(folder, "backups"));
    });
  });

  describe("ends at once, before MongoDB is connected,", () => {
    let server: Downloads;
    beforeEach(async () => {
      server = await downloads();
    });
    afterEach(() => {
      server.close();
    });

    /** Interrupts the backup as soon as the condition is true, and returns how long its end takes. */
    async function interruptWhen(isDue: () => boolean): Promise<number> {
      const running = run();
      while (!isDue()) await sleep(20);
      const start = performance.now();
      process.emit("SIGTERM");
      expect(await running).to.deep.equal({ code: 130, text: "Interrupted." });
      return performance.now() - start;
    }

    it("while Pulumi is downloaded, and leaves no part of the download", async () => {
      machine = fakeMachine({ programs: { pulumi: undefined } });
      publish(machine, server);
      Object.assign(server.behavior, { cutAfter: 3, falls: "silent" });
      const bin = join(machine.project.folder, ".pulumi", "bin");
      const parts = () => (existsSync(bin) ? readdirSync(bin) : []);
      // A download of which nothing more arrives starts again after 30 s.
      expect(await interruptWhen(() => parts().length > 0)).to.be.below(15_000);
      expect(parts()).to.deep.equal([]);
    });

    it("while Pulumi answers which stacks there are, and ends Pulumi", async () => {
      await withStack();
      machine.set({
        programs: {
          pulumi: `case "$1" in
            version) echo v3.270.0 ;;
            whoami) echo '{"user":"ada","url":"https://api.example.com"}' ;;
            *) echo "$$" >pid; read -r never ;;
          esac`,
        },
      });
      const pidFile = join(machine.project.folder, "pid");
      const pid = () => (existsSync(pidFile) ? readFileSync(pidFile, "utf8") : "");
      // A question that has no answer fails after 10 s.
      expect(await interruptWhen(() => pid().endsWith("\n"))).to.be.below(5000);
      while (isAlive(Number(pid()))) await sleep(20);
    });
  });

  const clusters: [string, Setup["profiles"] & object, string][] = [
    ["is stopped", [{ ...goodProfile, Status: "Stopped" }], "is not running (Stopped)"],
    ["is gone", [], "is gone"],
  ];
  for (const [what, profiles, words] of clusters) {
    it(`says so when the cluster ${what}`, async () => {
      await withStack();
      machine.set({ profiles });
      expect(await run()).to.deep.equal({
        code: 1,
        text: `The minikube cluster "minikube" ${words}. Run: npm run up`,
      });
    });
  }

  it("says so when there is no stack", async () => {
    machine = fakeMachine();
    expect(await run({})).to.deep.equal({ code: 1, text: "There is no stack dev. Run: npm run up" });
  });

  it("says so after down", async () => {
    await withStack();
    machine.set({ deployed: false });
    expect(await run()).to.deep.equal({ code: 1, text: "The stack dev is not deployed. Run: npm run up" });
  });
});
