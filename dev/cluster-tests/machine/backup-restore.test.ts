import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { newUser, type User } from "../support/own-machine.ts";
import { printedUrl } from "../support/running-service.ts";

describe("npm run backup and restore", () => {
  let user: User;
  let url: string;
  let folder: string;
  let documents: unknown;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "koa-mongo-stack-backup-"));
    user = await newUser();
  });
  after(async () => {
    await user.leave();
    await rm(folder, { recursive: true });
  });
  const up = async () => {
    url = printedUrl(await user.runs("up"));
  };
  const read = async () => await (await fetch(`${url}/data`)).json();
  const add = async (document: object) => {
    const headers = { "Content-Type": "application/json" };
    const added = await fetch(`${url}/data`, { method: "POST", headers, body: JSON.stringify(document) });
    expect(added.status).to.equal(201);
  };
  const file = () => join(folder, "a.gz");

  it("backs up the documents", async () => {
    await up();
    for (const name of ["Ada", "Grace", "Barbara"])
      await add({ name, nested: { emptied: {}, numbers: [1, 2.5] } });
    documents = await read();
    expect(await user.runs("backup", file())).to.match(/\d MB, 3 documents, /);
  });

  it("restores them after destroy and up", async () => {
    await user.runs("down");
    await up();
    expect(await read()).to.deep.equal([]);
    await user.runs("restore", file());
    expect(await read()).to.deep.equal(documents);
  });

  it("does not restore into a database that has documents", async () => {
    await add({ name: "since then" });
    const now = await read();
    const refused = user.starts("restore", file());
    expect(await refused.exitCode()).to.equal(1);
    expect(refused.output()).to.include("is not empty, it has documents in data: nothing was restored.");
    expect(await read()).to.deep.equal(now);
  });

  it("replaces them when told", async () => {
    await user.runs("restore", file(), "--drop");
    expect(await read()).to.deep.equal(documents);
  });

  it("restores many large documents in the memory that MongoDB leaves", async () => {
    const text = Array.from({ length: 9500 }, () => Math.random().toString(36).slice(2, 12)).join("");
    for (let start = 0; start < 1000; start += 10) {
      const few = Array.from({ length: 10 }, (_, index) => ({ text: text.slice(start + index) }));
      await Promise.all(few.map(add));
    }
    const many = join(folder, "many.gz");
    expect(await user.runs("backup", many)).to.include(" 1003 documents, ");
    expect(await user.runs("restore", many, "--drop")).to.match(/^1003 documents of /m);
  });
});
