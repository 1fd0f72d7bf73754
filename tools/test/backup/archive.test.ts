import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect } from "chai";
import { checkArchive, requireDatabase } from "../../backup/archive.ts";
import { archiveOf, archiveOfBlocks, block, emptyArchive, end, entry } from "../support/dump-archive.ts";

describe("checkArchive", () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-archive-"));
    file = join(folder, "a.gz");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const read = async (content: Buffer) => {
    writeFileSync(file, content);
    const { collections, documents, bytes } = await checkArchive(file, () => undefined);
    return {
      collections: collections.map(({ collection }) => collection),
      documents: documents.get("app") ?? 0,
      bytes,
    };
  };
  /** The error message, or undefined. */
  const errorOf = async (content: Buffer) =>
    await read(content).then(
      () => undefined,
      (error: unknown) => (error as Error).message.replace(file, "FILE"),
    );

  it("counts the documents, larger than a chunk or smaller", async () => {
    // Random text, which gzip can't compress to a small size.
    const big = Array.from({ length: 40_000 }, () => Math.random().toString(36)).join("");
    const archive = archiveOf([{ a: 1 }, { big }, { big }, { a: 2 }]);
    expect(await read(archive)).to.deep.equal({
      collections: ["data"],
      documents: 4,
      bytes: archive.length,
    });
  });

  it("reads what a chunk's end cuts in two", async () => {
    for (let size = 15_900; size < 16_300; size += 20) {
      expect(await read(archiveOf([{ text: "x".repeat(size) }]))).to.include({ documents: 1 });
    }
  });

  it("accepts one of a database that has nothing", async () => {
    expect(await read(emptyArchive())).to.include({ documents: 0 });
  });

  it("reads collections whose blocks come between each other's", async () => {
    const [data, notes] = [[{ a: 1 }, { a: 2 }], [{ b: 1 }]];
    const blocks = [
      ...block("data", data.slice(0, 1)),
      ...block("notes", notes),
      ...block("data", data.slice(1)),
      end("notes", notes),
      end("data", data),
    ];
    expect(await read(archiveOfBlocks([entry("data"), entry("notes")], blocks))).to.include({ documents: 3 });
  });

  it("does not count the users and roles that mongodump wrote: a restore leaves them out", async () => {
    const users = "$admin.system.users";
    const blocks = [
      ...block("data", [{ a: 1 }]),
      end("data", [{ a: 1 }]),
      ...block(users, [{ _id: "app.ada" }, { _id: "app.grace" }]),
      end(users, [{ _id: "app.ada" }, { _id: "app.grace" }]),
    ];
    expect(await read(archiveOfBlocks([entry("data"), entry(users)], blocks))).to.include({ documents: 1 });
  });

  const incomplete = "FILE is incomplete: the end of the archive is missing. Use another backup.";
  const archive = archiveOf([{ a: 1 }, { a: 2 }]);
  for (const length of [12, archive.length - 9, archive.length - 1]) {
    it(`rejects one that is cut off after ${length} of ${archive.length} bytes`, async () => {
      expect(await errorOf(archive.subarray(0, length))).to.equal(incomplete);
    });
  }

  it("rejects one that ends anywhere before its end, though its gzip is whole", async () => {
    const whole = gunzipSync(archive);
    const accepted: number[] = [];
    for (let length = 4; length < whole.length; length++) {
      const wrong = await errorOf(gzipSync(whole.subarray(0, length)));
      if (wrong === undefined) accepted.push(length);
      else expect(wrong).to.equal(incomplete);
    }
    expect(accepted).to.deep.equal([]);
  });

  it("rejects documents that are not those of the checksum, though its gzip is whole", async () => {
    const [data, others] = [[{ a: 1 }], [{ a: 2 }]];
    const wrong = archiveOfBlocks([entry("data")], [...block("data", others), end("data", data)]);
    expect(await errorOf(wrong)).to.equal("FILE is damaged (checksum of app.data). Use another backup.");
  });

  it("rejects one whose collection has no end", async () => {
    expect(await errorOf(archiveOfBlocks([entry("data")], block("data", [])))).to.equal(incomplete);
    expect(await errorOf(archiveOfBlocks([entry("data")], []))).to.equal(incomplete);
  });

  it("rejects one with a wrong byte", async () => {
    const damaged = Buffer.from(archive);
    damaged.writeUInt8(damaged.readUInt8(damaged.length - 7) ^ 1, damaged.length - 7);
    expect(await errorOf(damaged)).to.equal("FILE is damaged (incorrect data check). Use another backup.");
  });

  for (const [what, content] of [
    ["nothing", Buffer.alloc(0)],
    ["text", Buffer.from("hello")],
    ["something else that is gzipped", gzipSync("hello, hello")],
  ] as const) {
    it(`rejects ${what}`, async () => {
      expect(await errorOf(content)).to.equal("FILE is not an archive of `npm run backup`.");
    });
  }

  describe("requireDatabase", () => {
    const required = async (content: Buffer) => {
      writeFileSync(file, content);
      requireDatabase(await checkArchive(file, () => undefined), "app");
    };
    const sentence = async (content: Buffer) =>
      await required(content).then(
        () => undefined,
        (error: unknown) => (error as Error).message.replace(file, "FILE"),
      );

    it("rejects an archive of another database", async () => {
      expect(await sentence(archiveOf([{ a: 1 }], "other"))).to.equal(
        "FILE is an archive of the database other, not of app.",
      );
    });

    it("accepts one that has the database among others, or nothing", async () => {
      const both = archiveOfBlocks(
        [entry("data", "other"), entry("data")],
        [end("data", [], "other"), end("data", [])],
      );
      expect(await sentence(both)).to.equal(undefined);
      expect(await sentence(emptyArchive())).to.equal(undefined);
    });
  });
});
