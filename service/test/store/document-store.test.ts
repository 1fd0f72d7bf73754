import { expect } from "chai";
import { mongo, Types, type Connection } from "mongoose";
import { pino } from "pino";
import { dataSchema } from "../../data/data.ts";
import { resource } from "../../resource/resource.ts";
import { revisionOf, type StoredDocument } from "../../store/stored-document.ts";
import { createStore, type DocumentStore } from "../../store/document-store.ts";
import { openDatabase, type Database } from "../../mongodb/mongodb-connection.ts";
import { sharedMongoDB } from "../support/hooks.ts";
import { withDatabase } from "../support/test-service.ts";

const data = resource("/data", dataSchema);

describe("the store", () => {
  let database: Database;
  let connection: Connection;
  let store: DocumentStore;
  let commands: string[] = [];
  before(async () => {
    const uri = withDatabase((await sharedMongoDB()).uri, `test-store-${process.pid}`);
    const logger = pino({ level: "silent" });
    database = openDatabase({ uri, logger, deadlineMs: 2000, monitorCommands: true });
    connection = await database.connection.asPromise();
    connection.getClient().on("commandStarted", ({ commandName }) => {
      commands.push(commandName);
    });
    store = createStore(database, data);
    await connection.collection("data").createIndex({ only: 1 }, { unique: true, sparse: true }, {});
  });
  beforeEach(async () => {
    await connection.collection("data").deleteMany({});
    commands = [];
  });
  after(async () => {
    await connection.dropDatabase();
    await database.close();
  });

  const many = <T>(call: (i: number) => Promise<T>) =>
    Promise.all(Array.from({ length: 20 }, (_, i) => call(i)));

  it("writes concurrent documents in one round trip, newest last", async () => {
    const stored = await many((i) => store.insert({ i }));
    expect(commands).to.deep.equal(["insert"]);
    const page = await store.list({ limit: 20 });
    expect(page.documents).to.deep.equal(stored.reverse());
  });

  it("rejects only the document of a group that MongoDB rejects", async () => {
    await store.insert({ only: 7 });
    const answers = await many((i) =>
      store.insert({ only: i }).then(
        () => "stored",
        (error: unknown) => error,
      ),
    );
    expect(answers.map((answer) => answer === "stored")).to.deep.equal(answers.map((_, i) => i !== 7));
    expect(answers[7]).to.be.an.instanceOf(mongo.MongoServerError).with.property("code", 11000);
    expect((await store.list({ limit: 100 })).documents).to.have.length(20);
  });

  it("rejects a single document that MongoDB rejects, with the same error", async () => {
    await store.insert({ only: 7 });
    const error: unknown = await store.insert({ only: 7 }).catch((reason: unknown) => reason);
    expect(error).to.be.an.instanceOf(mongo.MongoServerError).with.property("code", 11000);
  });

  it("shares one read by id among twenty requests, and one page, after the read that was running", async () => {
    const { _id } = await store.insert({ a: 1 });
    commands = [];
    const found = await many(() => store.find(_id.toString()));
    expect(commands).to.deep.equal(["find"]);
    expect(found.every((document) => document?.a === 1)).to.equal(true);
    const pages = await many(() => store.list({ limit: 5 }));
    expect(commands).to.deep.equal(["find", "find", "find"]);
    expect(pages.at(-1)).to.equal(pages.at(-2));
  });

  it("shares no page with another limit, or after another document", async () => {
    const [newest, older] = (await many((i) => store.insert({ i }))).reverse();
    const pages = await Promise.all([
      store.list({ limit: 1 }),
      store.list({ limit: 2 }),
      store.list({ limit: 3 }),
      store.list({ limit: 2, after: newest }),
      store.list({ limit: 2, after: older }),
    ]);
    expect(pages.map((page) => page.documents.map(({ i }) => i))).to.deep.equal([
      [19],
      [19, 18],
      [19, 18, 17],
      [18, 17],
      [17, 16],
    ]);
  });

  it("lets exactly one of two pods change the same version, in a thousand races", async function () {
    this.timeout(120_000);
    const pods = [store, createStore(database, data)];
    const { _id } = await store.insert({ n: 0 });
    const id = _id.toString();
    for (let race = 0; race < 1000; race++) {
      const version = revisionOf((await store.find(id)) ?? expect.fail("deleted"));
      const answers = await Promise.all(
        pods.map((pod, writer) =>
          pod
            .change(id, (current) => {
              if (!revisionOf(current).equals(version)) throw new Error("changed");
              return { race, writer };
            })
            .catch(() => undefined),
        ),
      );
      const winners = answers.filter((answer) => answer !== undefined);
      expect(winners).to.have.length(1);
      expect(await store.find(id)).to.deep.equal(winners[0]);
    }
  });

  it("loses no change of several pods, and deletes only the version that was checked", async () => {
    const pods = [store, createStore(database, data), createStore(database, data)];
    const { _id } = await store.insert({ n: 0 });
    const id = _id.toString();
    const increment = ({ n }: StoredDocument) => ({ n: Number(n) + 1 });
    await Promise.all(pods.flatMap((pod) => [1, 2, 3, 4].map(() => pod.change(id, increment))));
    const document = await store.find(id);
    expect(document?.n).to.equal(12);
    const checked: unknown[] = [];
    const removed = pods[1]?.remove(id, (current) => void checked.push(current.n));
    await Promise.all([removed, pods[2]?.change(id, increment)]);
    expect(await removed).to.equal(true);
    expect(await store.find(id)).to.equal(undefined);
  });

  it("returns a client's `_revision` of an older release unchanged, until the next update", async () => {
    const _id = new Types.ObjectId();
    await connection.collection("data").insertOne({ _id, createdAt: new Date(), _revision: "mine" });
    expect(JSON.stringify(await store.find(_id.toString()))).to.include('"_revision":"mine"');
    expect(await store.change(_id.toString(), () => ({ n: 1 }))).to.include({ n: 1 });
    expect(JSON.stringify(await store.find(_id.toString()))).not.to.include("_revision");
  });

  it("shows each client its own write while others read and write", async () => {
    const client = async (name: number) => {
      for (let i = 0; i < 10; i++) {
        const { _id } = await store.insert({ name, i });
        const page = await store.list({ limit: 100 });
        expect(page.documents.some((document) => document._id.equals(_id))).to.equal(true);
        await store.remove(_id.toString());
        const after = await store.list({ limit: 100 });
        expect(after.documents.some((document) => document._id.equals(_id))).to.equal(false);
      }
    };
    await many(client);
  });
});
