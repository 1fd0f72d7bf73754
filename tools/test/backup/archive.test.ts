import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect } from "chai";
import { applicationDatabase } from "../../../infra/mongodb/connection-secret.ts";
import { database, readArchive } from "../../backup/archive.ts";
import { archiveOf, emptyArchive } from "../support/dump-archive.ts";

describe("readArchive", () => {
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
    return await readArchive(file, () => undefined);
  };
  /** What is wrong, or undefined. */
  const fault = async (content: Buffer) =>
    await read(content).then(
      () => undefined,
      (error: unknown) => (error as Error).message.replace(file, "FILE"),
    );

  it("counts the documents, larger than a chunk or smaller", async () => {
    // Of random text, which gzip can't make small.
    const big = Array.from({ length: 40_000 }, () => Math.random().toString(36)).join("");
    const archive = archiveOf([{ a: 1 }, { big }, { big }, { a: 2 }]);
    expect(await read(archive)).to.deep.equal({
      collections: ["data"],
      documents: 4,
      bytes: archive.length,
    });
  });

  it("reads what a chunk's end cuts in two", async () => {
    for (let size = 15_900; size < 16_300; size += 6) {
      expect(await read(archiveOf([{ text: "x".repeat(size) }]))).to.include({ documents: 1 });
    }
  });

  it("accepts one of a database that has nothing", async () => {
    expect(await read(emptyArchive())).to.include({ documents: 0 });
  });

  it("knows the database that infra/ makes", () => {
    expect(database).to.equal(applicationDatabase);
  });

  const cutOff = "FILE is cut off: the end of the archive is missing. Take another.";
  const archive = archiveOf([{ a: 1 }, { a: 2 }]);
  for (const length of [12, archive.length - 9, archive.length - 1]) {
    it(`refuses one that is cut off after ${length} of ${archive.length} bytes`, async () => {
      expect(await fault(archive.subarray(0, length))).to.equal(cutOff);
    });
  }

  it("refuses one that ends anywhere but after a block, though its gzip is whole", async () => {
    const whole = gunzipSync(archive);
    const accepted: number[] = [];
    for (let length = 4; length < whole.length; length++) {
      const wrong = await fault(gzipSync(whole.subarray(0, length)));
      if (wrong === undefined) accepted.push(length);
      else expect(wrong).to.equal(cutOff);
    }
    // After the first block, and after the one with the documents.
    expect(accepted).to.have.length(2);
  });

  it("refuses one with a wrong byte", async () => {
    const damaged = Buffer.from(archive);
    damaged.writeUInt8(damaged.readUInt8(damaged.length - 7) ^ 1, damaged.length - 7);
    expect(await fault(damaged)).to.equal("FILE is damaged (incorrect data check). Take another.");
  });

  for (const [what, content] of [
    ["nothing", Buffer.alloc(0)],
    ["text", Buffer.from("hello")],
    ["something else that is gzipped", gzipSync("hello, hello")],
  ] as const) {
    it(`refuses ${what}`, async () => {
      expect(await fault(content)).to.equal("FILE is not an archive that `npm run backup` made.");
    });
  }

  it("refuses one of another database", async () => {
    expect(await fault(archiveOf([{ a: 1 }], "other"))).to.equal(
      "FILE is an archive of the database other, not of app.",
    );
  });
});
