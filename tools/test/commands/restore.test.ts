import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { answering, type Answering } from "../support/answering-server.ts";
import { archiveOf } from "../support/dump-archive.ts";
import type { FakeApiServer } from "../support/fake-api-server.ts";
import { fakeMachine, type Machine } from "../support/fake-machine.ts";
import { clusterWithMongodb, type Setup } from "../support/fake-mongodb-pod.ts";
import { pod } from "../support/fake-stack.ts";
import { runRestore, runUp, type CommandResult } from "../support/run-command.ts";
import { testDatabase, type TestDatabase } from "../support/test-database.ts";

describe("restore", function () {
  this.timeout(60_000);
  let machine: Machine;
  let cluster: FakeApiServer;
  let web: Answering;
  let database: TestDatabase;
  let folder: string;
  let file: string;

  beforeEach(async () => {
    web = await answering();
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-restore-"));
    file = join(folder, "a.gz");
    database = await testDatabase();
  });
  afterEach(async () => {
    web.close();
    cluster.close();
    machine.remove();
    await database.remove();
    rmSync(folder, { recursive: true });
  });

  const documents = [
    { _id: 1, name: "Ada" },
    { _id: 2, name: "Grace" },
  ];

  /** A machine after `up`, with a backup of these documents. */
  async function withBackup(
    backup: Buffer = archiveOf(documents, database.db.databaseName),
    setup: Setup = {},
  ) {
    machine = fakeMachine({ url: web.url });
    expect(await runUp(machine)).to.include({ code: 0 });
    const uri = `mongodb://mongodb:27017/${database.db.databaseName}`;
    cluster = await clusterWithMongodb(machine, { uri, forwarded: { port: database.port }, ...setup });
    writeFileSync(file, backup);
  }

  async function run(drop = false, backup = file): Promise<CommandResult> {
    const { code, text } = await runRestore(machine, backup, drop);
    const plain = text.replaceAll(file, "FILE").replaceAll(database.db.databaseName, "app");
    return { code, text: plain.replace(/[\d.]+ s\.$/, "N s.") };
  }
  /** Ids of the documents, by collection. */
  async function contents(): Promise<Record<string, unknown[]>> {
    const names = (await database.db.listCollections().toArray()).map(({ name }) => name).sort();
    const ids = names.map(async (name) => {
      const found = await database.db.collection(name).find().sort({ _id: 1 }).toArray();
      return [name, found.map(({ _id }) => _id as unknown)] as const;
    });
    return Object.fromEntries(await Promise.all(ids));
  }
  const insert = async (collection: string, ...ids: number[]) => {
    await database.db.collection<{ _id: number }>(collection).insertMany(ids.map((_id) => ({ _id })));
  };

  const done = { code: 0, text: "Restored 2 documents from FILE to the database app in N s." };
  const again =
    "The database may now have only a part of FILE. To restore again, run: npm run restore -- FILE --drop";

  it("restores the documents, and needs no kubectl", async () => {
    await withBackup();
    machine.set({ programs: { kubectl: undefined } });
    expect(await run()).to.deep.equal(done);
    expect(await contents()).to.deep.equal({ data: [1, 2] });
  });

  it("rejects a database that has documents", async () => {
    await withBackup();
    await insert("data", 7);
    await insert("notes", 8);
    expect(await run()).to.deep.equal({
      code: 1,
      text:
        "Nothing was restored: the database app has documents in data, notes. " +
        "To replace the whole database, run: npm run restore -- FILE --drop",
    });
    expect(await contents()).to.deep.equal({ data: [7], notes: [8] });
  });

  it("with --drop, replaces the whole database", async () => {
    await withBackup();
    await insert("data", 7);
    await insert("notes", 8);
    expect(await run(true)).to.deep.equal(done);
    expect(await contents()).to.deep.equal({ data: [1, 2] });
  });

  describe("changes nothing", () => {
    const wrong: [string, (archive: Buffer) => Buffer, string][] = [
      [
        "when the file is cut off",
        (archive) => archive.subarray(0, -9),
        "FILE is incomplete: the end of the archive is missing. Use another backup.",
      ],
      [
        "when a byte of the file is wrong",
        (archive) =>
          Buffer.from(archive.map((byte, index) => (index === archive.length - 7 ? byte ^ 1 : byte))),
        "FILE is damaged (incorrect data check). Use another backup.",
      ],
      [
        "when the file is no archive",
        () => Buffer.from("hello"),
        "FILE is not an archive of `npm run backup`.",
      ],
      [
        "when the archive is of another database",
        () => archiveOf(documents, "other"),
        "FILE is an archive of the database other, not of app.",
      ],
    ];
    for (const [what, change, sentence] of wrong) {
      it(what, async () => {
        await withBackup(change(archiveOf(documents, database.db.databaseName)));
        await insert("data", 7);
        expect(await run(true)).to.deep.equal({ code: 1, text: sentence });
        expect(await contents()).to.deep.equal({ data: [7] });
      });
    }

    it("when there is no file", async () => {
      await withBackup();
      expect(await run(true, `${file}.gz`)).to.deep.equal({
        code: 1,
        text: "FILE.gz does not exist. To write a backup, run: npm run backup",
      });
      expect(cluster.requests).to.deep.equal([]);
    });

    it("when the pod is not ready", async () => {
      await withBackup(undefined, { pods: [pod("mongodb-0", "mongodb", { ready: false })] });
      expect(await run()).to.deep.equal({
        code: 1,
        text: "MongoDB's pod mongodb-0 is not ready. Run: npm run up",
      });
    });
  });

  it("does not count documents that failed as restored", async () => {
    await withBackup(archiveOf([...documents, documents[0] ?? {}], database.db.databaseName));
    const { code, text } = await run();
    expect(code).to.equal(1);
    expect(text).to.match(/^MongoDB inserted 2 of 3 documents: E11000 duplicate key.*\.\n/s);
    expect(text).to.match(new RegExp(`\n${again}$`));
  });

  describe("that is cut off in the middle", () => {
    let running: Promise<CommandResult>;

    beforeEach(async () => {
      const text = "x".repeat(600_000);
      const many = Array.from({ length: 20 }, (_, _id) => ({ _id, text }));
      await withBackup(archiveOf(many, database.db.databaseName));
      cluster.forwarded.set("mongodb-0", { port: database.port, stopReceivingAfter: 4_000_000 });
      running = run();
      while ((await database.db.collection("data").countDocuments()) === 0) await sleep(20);
    });

    it("by Ctrl-C says that a part may be there", async () => {
      process.emit("SIGINT");
      expect(await running).to.deep.equal({ code: 130, text: `Interrupted.\n${again}` });
    });

    it("because the pod is killed says so, too", async () => {
      cluster.forwarded.clear();
      cluster.drop();
      const { code, text } = await running;
      expect(code).to.equal(1);
      expect(text).to.match(/^MongoDB \(pod mongodb-0\): /);
      expect(text).to.match(new RegExp(`\n${again}$`));
    });
  });
});
