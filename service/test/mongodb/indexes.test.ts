import { once } from "node:events";
import { expect } from "chai";
import { Schema } from "mongoose";
import { pino } from "pino";
import { openDatabase } from "../../mongodb/mongodb-connection.ts";
import { resource } from "../../resource/resource.ts";
import { modelOf } from "../../store/stored-document.ts";
import { sharedMongoDB } from "../support/hooks.ts";
import { withDatabase } from "../support/test-service.ts";

describe("the indexes of a schema", () => {
  const things = resource(
    "/things",
    new Schema({ key: { type: String, unique: true }, other: { type: String, index: true } }),
  );

  async function open(name: string) {
    const log: Record<string, unknown>[] = [];
    const logged = new EventTarget();
    const write = (line: string) => {
      log.push(JSON.parse(line) as Record<string, unknown>);
      logged.dispatchEvent(new Event("line"));
    };
    const uri = withDatabase((await sharedMongoDB()).uri, `test-indexes-${name}-${process.pid}`);
    const database = openDatabase({ uri, logger: pino({}, { write }), deadlineMs: 2000 });
    return { database, log, logged };
  }

  it("are created after MongoDB is connected, together with the service's own indexes", async () => {
    const { database } = await open("created");
    const model = modelOf(database.connection, things);
    await database.connection.asPromise();
    const end = Date.now() + 10_000;
    let names: unknown[] = [];
    while (names.length < 4 && Date.now() < end) {
      names = (await model.listIndexes().catch(() => [])).map(({ name }: { name: string }) => name);
    }
    expect(names).to.have.members(["_id_", "key_1", "other_1", "createdAt_-1__id_-1"]);
    await database.connection.dropDatabase();
    await database.close();
  });

  it("that stored documents violate are logged once, and MongoDB stays connected", async () => {
    const { database } = await open("contradicted");
    const connection = await database.connection.asPromise();
    await connection.collection("things").insertMany([{ key: "1" }, { key: "1" }]);
    await database.close();

    const again = await open("contradicted");
    modelOf(again.database.connection, things);
    const errors = () => again.log.filter(({ msg }) => msg === "can't create an index");
    while (errors().length === 0) await once(again.logged, "line", { signal: AbortSignal.timeout(10_000) });
    expect(errors()[0]).to.include({ level: 50, collection: "things", willRetry: false });
    expect(again.database.failedIndexes()).to.deep.equal(["things"]);
    expect(database.failedIndexes()).to.deep.equal([]);
    // The error has neither closed the connection nor started another attempt to connect.
    expect(await again.database.ping()).to.be.a("number");
    expect(again.log.filter(({ msg }) => msg === "can't connect to MongoDB yet")).to.have.length(0);
    expect(again.log.filter(({ msg }) => msg === "MongoDB is connected")).to.have.length(1);
    expect(errors()).to.have.length(1);
    await again.database.connection.dropDatabase();
    await again.database.close();
  });
});
