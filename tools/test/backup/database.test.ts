import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  Binary,
  BSON,
  BSONRegExp,
  Code,
  Decimal128,
  Double,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
  type Document,
} from "mongodb";
import { checkArchive } from "../../backup/archive.ts";
import { describeCollections, filledCollections } from "../../backup/collections.ts";
import { dumpDatabase } from "../../backup/dump-database.ts";
import { canKeepEmptyTimestamps, insertStored } from "../../backup/insert-stored.ts";
import { restoreDatabase } from "../../backup/restore-database.ts";
import { writeGzip } from "../../backup/atomic-file.ts";
import { UserError } from "../../process/user-error.ts";
import { archiveOf, archiveOfBlocks, block, end, entry } from "../support/dump-archive.ts";
import { testDatabase, type TestDatabase } from "../support/test-database.ts";

const say = () => undefined;

/** A document with every BSON type, and documents that a JavaScript object can't represent. */
const everyType: readonly Uint8Array[] = [
  BSON.serialize({
    _id: new ObjectId(),
    double: new Double(1),
    negativeZero: new Double(-0),
    notANumber: NaN,
    int: 1,
    long: Long.fromNumber(1),
    decimal: Decimal128.fromString("1.500"),
    text: "ä\0€",
    object: { "2": 1, "1": [1, {}, []] },
    binary: new Binary(Buffer.of(1, 2), 128),
    uuid: new UUID(),
    boolean: false,
    date: new Date(-1),
    nothing: null,
    pattern: new BSONRegExp("^a", "imx"),
    code: new Code("x"),
    scoped: new Code("x", { x: 1 }),
    timestamp: new Timestamp({ t: 1, i: 2 }),
    emptyTimestamp: new Timestamp({ t: 0, i: 0 }),
    least: new MinKey(),
    most: new MaxKey(),
    reference: { $ref: "data", $id: 1, more: 2 },
  }),
  document(element(0x10, "_id", int32(2)), element(0x10, "b", int32(1)), element(0x10, "1", int32(1))),
  document(element(0x10, "_id", int32(3)), element(0x06, "undefined"), element(0x0e, "symbol", text("s"))),
  document(element(0x10, "_id", int32(4)), element(0x01, "nan", Buffer.from("010000000000f47f", "hex"))),
];

/** Encodes BSON by hand, for documents that the driver can't write. */
function document(...elements: readonly Buffer[]): Buffer {
  const body = Buffer.concat([...elements, Buffer.of(0)]);
  return Buffer.concat([int32(body.length + 4), body]);
}

function element(type: number, name: string, value: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.of(type), Buffer.from(`${name}\0`), value]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([int32(value.length + 1), Buffer.from(`${value}\0`)]);
}

describe("dumpDatabase and restoreDatabase", function () {
  this.timeout(60_000);
  let folder: string;
  let file: string;
  let database: TestDatabase;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-database-"));
    file = join(folder, "a.gz");
    database = await testDatabase();
  });
  afterEach(async () => {
    await database.remove();
    rmSync(folder, { recursive: true });
  });

  const dump = async () => {
    await writeGzip(file, dumpDatabase(database.db), say);
  };
  const restore = async (drop = false) => await restoreDatabase({ file, db: database.db, drop, say });
  /** All collections with options and indexes, sorted by name. */
  const described = async () => {
    const byName = (one: Document, other: Document) => String(one.name).localeCompare(String(other.name));
    const found = await describeCollections(database.db);
    return found.map((one) => ({ ...one, indexes: one.indexes.toSorted(byName) })).sort(byName);
  };
  const names = async () => (await described()).map(({ name }) => name);

  it("restores documents of every type, byte by byte", async () => {
    const { db } = database;
    expect(await insertStored(db, "data", everyType, true)).to.deep.equal({ inserted: 4, failed: 0 });
    const before = await database.stored("data");
    // SecantusDB replaces mongod where none can be installed. It stores `undefined` and symbols as other types.
    for (const index of [0, 1, 3])
      expect(before[index]?.equals(everyType[index] ?? Buffer.of())).to.equal(true);
    await dump();
    await db.dropDatabase();
    expect(await restore()).to.deep.equal({ inserted: 4, failed: 0 });
    expect(await database.stored("data")).to.deep.equal(before);
  });

  it("restores indexes and options of collections", async () => {
    const { db } = database;
    await db.createCollection("capped", { capped: true, size: 100_000, max: 10 });
    await db.createCollection("checked", {
      validator: { name: { $regex: new BSONRegExp("^a", "i") } },
      collation: { locale: "de" },
    });
    // By name, the view comes before its collection.
    await db.createCollection("a-view", { viewOn: "data", pipeline: [{ $match: { a: 1 } }] });
    const data = db.collection("data");
    await data.insertOne({ a: 1, place: [1, 2] });
    await data.createIndexes([{ key: { a: 1, b: -1 }, unique: true, name: "own name" }]);
    await data.createIndexes([{ key: { at: 1 }, expireAfterSeconds: 3600 }]);
    await data.createIndexes([
      { key: { b: 1 }, partialFilterExpression: { b: { $gt: Long.fromNumber(5) } } },
    ]);
    await data.createIndexes([{ key: { c: 1 }, sparse: true }]);
    const before = await described();
    expect(before.flatMap(({ indexes }) => indexes)).to.have.length(7);

    await dump();
    await db.dropDatabase();
    await restore();
    expect(await described()).to.deep.equal(before);
  });

  it("restores more documents than go together, and large ones", async () => {
    const { db } = database;
    const large = "x".repeat(700_000);
    const documents = Array.from({ length: 2500 }, (_, _id) => ({
      _id,
      ...(_id % 500 === 0 ? { large } : {}),
    }));
    await db.collection<{ _id: number }>("data").insertMany(documents);
    const before = await database.stored("data");
    await dump();
    await db.dropDatabase();
    expect(await restore()).to.deep.equal({ inserted: 2500, failed: 0 });
    expect(Buffer.concat(await database.stored("data")).equals(Buffer.concat(before))).to.equal(true);
  });

  it("restores collections whose blocks come between each other's, and nothing of another database", async () => {
    const { db } = database;
    const own = db.databaseName;
    const blocks = [
      ...block("data", [{ _id: 1 }], own),
      ...block("data", [{ _id: 9 }], "other"),
      ...block("notes", [{ _id: 2 }], own),
      ...block("data", [{ _id: 3 }], own),
      end("data", [{ _id: 1 }, { _id: 3 }], own),
      end("data", [{ _id: 9 }], "other"),
      end("notes", [{ _id: 2 }], own),
    ];
    const entries = [entry("data", own), entry("data", "other"), entry("notes", own)];
    writeFileSync(file, archiveOfBlocks(entries, blocks));
    expect(await restore()).to.deep.equal({ inserted: 3, failed: 0 });
    expect(await names()).to.deep.equal(["data", "notes"]);
    expect(await db.collection("data").find().toArray()).to.deep.equal([{ _id: 1 }, { _id: 3 }]);
  });

  describe("where collections are there already", () => {
    beforeEach(async () => {
      const { db } = database;
      await db.collection<{ _id: string }>("data").insertOne({ _id: "before" });
      await db.createCollection("empty");
      await db.createCollection("view", { viewOn: "data", pipeline: [] });
      writeFileSync(file, archiveOf([{ _id: 1 }], db.databaseName));
    });

    it("keeps them", async () => {
      expect(await filledCollections(database.db)).to.deep.equal(["data"]);
      await restore();
      expect(await names()).to.deep.equal(["data", "empty", "view"]);
      expect(await database.db.collection("data").countDocuments()).to.equal(2);
    });

    it("with drop, replaces them and deletes those that the archive does not have", async () => {
      await restore(true);
      expect(await names()).to.deep.equal(["data"]);
      expect(await database.db.collection("data").find().toArray()).to.deep.equal([{ _id: 1 }]);
    });

    it("keeps those that the archive does not have, if MongoDB rejects a document", async () => {
      writeFileSync(file, archiveOf([{ _id: 1 }, { _id: 1 }], database.db.databaseName));
      await database.db.collection<{ _id: string }>("notes").insertOne({ _id: "note" });
      const { inserted, failed } = await restore(true);
      expect({ inserted, failed }).to.deep.equal({ inserted: 1, failed: 1 });
      expect(await names()).to.deep.equal(["data", "empty", "notes", "view"]);
      expect(await database.db.collection("notes").countDocuments()).to.equal(1);
    });

    it("counts documents that MongoDB rejects, says why, and restores the others", async () => {
      writeFileSync(file, archiveOf([{ _id: "before" }, { _id: 1 }], database.db.databaseName));
      const { reason, ...counts } = await restore();
      expect(counts).to.deep.equal({ inserted: 1, failed: 1 });
      expect(reason).to.include("E11000 duplicate key");
    });
  });

  it("leaves out the users and roles of an archive of mongodump", async () => {
    const own = database.db.databaseName;
    const users = "$admin.system.users";
    const blocks = [
      ...block("data", [{ _id: 1 }], own),
      end("data", [{ _id: 1 }], own),
      ...block(users, [{ _id: "app" }], own),
      end(users, [{ _id: "app" }], own),
    ];
    writeFileSync(file, archiveOfBlocks([entry("data", own), entry(users, own)], blocks));
    expect(await restore()).to.deep.equal({ inserted: 1, failed: 0 });
    expect(await names()).to.deep.equal(["data"]);
  });

  describe("with functions in system.js, which MongoDB doesn't let a user drop", () => {
    const functions = () => database.db.collection<{ _id: string; value?: string }>("system.js");
    beforeEach(async () => {
      await functions().insertOne({ _id: "f", value: "before" });
    });

    it("counts their collection as one with documents", async () => {
      expect(await filledCollections(database.db)).to.deep.equal(["system.js"]);
    });

    it("replaces them with drop", async () => {
      await dump();
      await functions().updateOne({ _id: "f" }, { $set: { value: "after" } });
      await functions().insertOne({ _id: "g" });
      expect(await restore(true)).to.deep.equal({ inserted: 1, failed: 0 });
      expect(await functions().find().toArray()).to.deep.equal([{ _id: "f", value: "before" }]);
    });

    it("deletes them with drop, if the archive does not have them", async () => {
      writeFileSync(file, archiveOf([{ _id: 1 }], database.db.databaseName));
      expect(await restore(true)).to.deep.equal({ inserted: 1, failed: 0 });
      expect(await functions().countDocuments()).to.equal(0);
    });
  });

  describe("of a time series", () => {
    /** The database, as a server describes it that has one time series. */
    const withTimeSeries = () => {
      const found = [{ name: "measured", type: "timeseries", options: { timeseries: { timeField: "at" } } }];
      return new Proxy(database.db, {
        get(db, key) {
          if (key === "listCollections") return () => ({ toArray: () => Promise.resolve(found) });
          const value: unknown = Reflect.get(db, key, db);
          return typeof value === "function" ? (value.bind(db) as unknown) : value;
        },
      });
    };
    const dumpTimeSeries = async () => {
      await writeGzip(file, dumpDatabase(withTimeSeries()), say);
      return await checkArchive(file, say);
    };

    it("writes the buckets that MongoDB stores", async () => {
      await database.db.collection("measured").insertOne({ at: new Date() });
      await database.db.collection("system.buckets.measured").insertMany([{ bucket: 1 }, { bucket: 2 }]);
      expect((await dumpTimeSeries()).documents.get(database.db.databaseName)).to.equal(2);
    });

    it("writes one that is empty", async () => {
      await database.db.createCollection("measured");
      const { collections } = await dumpTimeSeries();
      expect(collections.map(({ collection }) => collection)).to.deep.equal(["measured"]);
    });

    it("throws where the buckets can't be read, instead of a backup without the documents", async () => {
      await database.db.collection("measured").insertOne({ at: new Date() });
      const thrown = await dumpTimeSeries().catch((error: unknown) => error);
      expect(thrown).to.be.instanceOf(UserError);
      expect((thrown as Error).message).to.equal(
        "The time series measured can't be read as MongoDB stores it. Use mongodump for this database.",
      );
    });
  });

  it("asks a MongoDB that knows it to keep empty timestamps", () => {
    const versions = [
      [8, 0, 0],
      [7, 0, 13],
      [7, 0, 12],
      [6, 0, 17],
    ];
    expect(versions.map(canKeepEmptyTimestamps)).to.deep.equal([true, true, false, false]);
  });
});
