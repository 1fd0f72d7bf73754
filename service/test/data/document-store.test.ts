import { expect } from "chai";
import mongoose, { type Connection } from "mongoose";
import { createStore, type DataStore } from "../../data/document-store.ts";
import { sharedMongoDB } from "../support/hooks.ts";
import { withDatabase } from "../support/test-service.ts";

describe("the store", () => {
  let connection: Connection;
  let store: DataStore;
  let commands: string[] = [];
  before(async () => {
    const uri = withDatabase((await sharedMongoDB()).uri, `test-store-${process.pid}`);
    connection = await mongoose.createConnection(uri, { monitorCommands: true }).asPromise();
    connection.getClient().on("commandStarted", ({ commandName }) => {
      commands.push(commandName);
    });
    store = createStore(connection);
    await connection.collection("data").createIndex({ only: 1 }, { unique: true, sparse: true }, {});
  });
  beforeEach(async () => {
    await connection.collection("data").deleteMany({});
    commands = [];
  });
  after(async () => {
    await connection.dropDatabase();
    await connection.close();
  });

  const many = <T>(ask: (i: number) => Promise<T>) =>
    Promise.all(Array.from({ length: 20 }, (_, i) => ask(i)));

  it("writes in two round trips what comes together, newest last", async () => {
    const stored = await many((i) => store.insert({ i }));
    expect(commands).to.deep.equal(["insert", "insert"]);
    const page = await store.list({ limit: 20 });
    expect(page.documents).to.deep.equal(stored.reverse());
  });

  it("fails alone the document that MongoDB refuses", async () => {
    await store.insert({ only: 7 });
    const answers = await many((i) =>
      store.insert({ only: i }).then(
        () => "stored",
        (error: unknown) => error,
      ),
    );
    expect(answers.map((answer) => answer === "stored")).to.deep.equal(answers.map((_, i) => i !== 7));
    expect(answers[7]).to.be.an.instanceOf(mongoose.mongo.MongoServerError).with.property("code", 11000);
    expect((await store.list({ limit: 100 })).documents).to.have.length(20);
  });

  it("fails alone the document that is refused alone, with the same error", async () => {
    await store.insert({ only: 7 });
    const error: unknown = await store.insert({ only: 7 }).catch((reason: unknown) => reason);
    expect(error).to.be.an.instanceOf(mongoose.mongo.MongoServerError).with.property("code", 11000);
  });

  it("reads once what is asked for twenty times, and once more for those who came meanwhile", async () => {
    const { _id } = await store.insert({ a: 1 });
    commands = [];
    const found = await many(() => store.find(_id.toString()));
    expect(commands).to.deep.equal(["find", "find"]);
    expect(found.every((document) => document?.a === 1)).to.equal(true);
    const pages = await many(() => store.list({ limit: 5 }));
    expect(commands).to.deep.equal(["find", "find", "find", "find"]);
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

  it("shows a client his own write while others read and write", async () => {
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
