import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Decimal128, Long, MongoClient, Timestamp, type Db } from "mongodb";
import { atAddress, readConnection } from "../../../tools/backup/connection-settings.ts";
import { describeCollections } from "../../../tools/backup/collections.ts";
import { connectCluster } from "../../../tools/kubernetes/cluster-client.ts";
import { openPodTunnel, type PodTunnel } from "../../../tools/kubernetes/pod-tunnel.ts";
import { startProgram, type Running } from "../../../tools/test/support/running-command.ts";
import { kubectl, profile } from "../support/cluster-kubectl.ts";
import { isReady, mongodbSelector, onePod, until } from "../support/stack-pods.ts";
import { createTestStack, type Outputs, type TestStack } from "../support/test-stack.ts";
import { removeAfter } from "./support/removals.ts";

describe("backup: documents and indexes outlive the stack", () => {
  const removals = removeAfter();
  let stack: TestStack;
  let outputs: Outputs;
  let folder: string;
  let file: string;
  let wanted: Awaited<ReturnType<typeof contents>>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "koa-mongo-stack-backup-"));
    removals.push(() => rm(folder, { recursive: true }));
    file = join(folder, "a.gz");
    stack = await createTestStack("modes-backup");
    removals.push(() => stack.remove());
    ({ outputs } = await stack.up());
    await inDatabase(fill);
    wanted = await inDatabase(contents);
  });

  const starts = (name: "backup" | "restore", ...args: string[]): Running =>
    startProgram(name, stack.env, args, stack.project.folder);
  const ends = async (program: Running) => [await program.exitCode(), program.output()] as const;
  async function runs(...args: Parameters<typeof starts>): Promise<string> {
    const [code, output] = await ends(starts(...args));
    expect(code, output).to.equal(0);
    return output;
  }

  /** Works on the database as the service's user, without the code that finds the database for a backup. */
  async function inDatabase<T>(work: (db: Db) => Promise<T>): Promise<T> {
    const cluster = await connectCluster(profile);
    const { namespace } = outputs;
    const connection = await readConnection(cluster, namespace);
    const pod = (await onePod(namespace, mongodbSelector)).metadata.name;
    const tunnel: PodTunnel = await openPodTunnel(cluster.portForward, { namespace, pod, port: 27017 });
    const uri = atAddress(connection?.uri ?? "", `127.0.0.1:${tunnel.port}`);
    const client = await MongoClient.connect(uri, { directConnection: true });
    try {
      return await work(client.db());
    } finally {
      await client.close();
      tunnel.close();
    }
  }

  async function fill(db: Db): Promise<void> {
    const data = db.collection("data");
    await data.insertMany([
      { name: "Ada", long: Long.fromNumber(1), decimal: Decimal128.fromString("1.50"), at: new Date(0) },
      { name: "Grace", nested: { "2": 1, "1": [1, 2.5, {}] }, ts: new Timestamp({ t: 0, i: 0 }) },
      { name: "Barbara", bytes: Buffer.of(0, 255) },
    ]);
    await data.createIndexes([{ key: { name: 1 }, unique: true }]);
    await data.createIndexes([{ key: { expires: 1 }, expireAfterSeconds: 86_400 }]);
    await data.createIndexes([{ key: { at: -1 }, partialFilterExpression: { at: { $exists: true } } }]);
    const text = Array.from({ length: 90_000 }, () => Math.random().toString(36).slice(2, 12)).join("");
    const large = Array.from({ length: 60 }, (_, index) => ({ text: text.slice(index) }));
    for (const document of large) await db.collection("large").insertOne(document);
  }

  /** The bytes of all documents, with all indexes and options. */
  async function contents(db: Db) {
    const byName = (one: { name?: string }, other: { name?: string }) =>
      String(one.name).localeCompare(String(other.name));
    const found = (await describeCollections(db)).sort(byName);
    const all = found.map(async ({ name, indexes, options }) => {
      const documents = await db.collection(name).find({}, { raw: true }).sort({ _id: 1 }).toArray();
      const bytes = documents.map((one) => Buffer.from(one as unknown as Uint8Array).toString("base64"));
      return { name, options, indexes: indexes.toSorted(byName), documents: bytes };
    });
    return await Promise.all(all);
  }

  /** Until it has more than the beginning of the archive: the large documents are being read. */
  async function untilWriting(path: string): Promise<void> {
    await until("the backup writes", 60, async () => (await stat(`${path}.part`)).size > 64 * 1024);
  }

  it("writes a file that only its owner reads, and says that it is not encrypted", async () => {
    const output = await runs("backup", file);
    expect(output).to.match(/\d MB, 63 documents, /);
    expect(output).to.include("The file is not encrypted.");
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    expect(await readdir(folder)).to.deep.equal(["a.gz"]);
  });

  it("leaves no file after Ctrl-C", async () => {
    const interrupted = join(folder, "b.gz");
    const program = starts("backup", interrupted);
    await untilWriting(interrupted);
    program.interrupt();
    expect((await ends(program))[0]).to.equal(130);
    expect(await readdir(folder)).to.deep.equal(["a.gz"]);
  });

  it("leaves no file when MongoDB's pod is killed", async () => {
    const cut = join(folder, "b.gz");
    const program = starts("backup", cut);
    await untilWriting(cut);
    const { namespace } = outputs;
    // A program that goes on might have read everything before the pod is gone.
    program.pause();
    try {
      const pod = ["--selector", mongodbSelector, "--grace-period=0", "--force"];
      await kubectl("delete", "pod", "-n", namespace, ...pod);
      await until("MongoDB's pod is ready again", 300, async () => {
        return isReady(await onePod(namespace, mongodbSelector));
      });
    } finally {
      program.resume();
    }
    const [code, output] = await ends(program);
    expect(code, output).to.equal(1);
    expect(output).to.match(/MongoDB \(pod .*\): /);
    expect(await readdir(folder)).to.deep.equal(["a.gz"]);
  });

  it("restores the same documents and indexes after destroy and up", async () => {
    await stack.destroy();
    ({ outputs } = await stack.up());
    expect((await inDatabase(contents)).flatMap(({ documents }) => documents)).to.deep.equal([]);
    await runs("restore", file);
    expect(await inDatabase(contents)).to.deep.equal(wanted);
    const page = (await (await fetch(`${outputs.url}/data`)).json()) as { name: string }[];
    expect(page.map(({ name }) => name).sort()).to.deep.equal(["Ada", "Barbara", "Grace"]);
  });

  it("does not restore into a database that has documents", async () => {
    const [code, output] = await ends(starts("restore", file));
    expect(code).to.equal(1);
    expect(output).to.match(/Nothing was restored: the database \S+ has documents in data, large\./);
  });

  it("rejects an invalid archive before it changes anything", async () => {
    const wrong = join(folder, "wrong.gz");
    const bytes = await readFile(file);
    const archives = [
      bytes.subarray(0, -9),
      Buffer.from(bytes).fill(0, bytes.length - 200, bytes.length - 100),
    ];
    for (const archive of [...archives, Buffer.from("hello")]) {
      await writeFile(wrong, archive);
      const [code, output] = await ends(starts("restore", wrong, "--drop"));
      expect(code).to.equal(1);
      expect(output).to.match(/is incomplete|is damaged|is not an archive/);
    }
    await truncate(wrong);
    expect((await ends(starts("restore", wrong, "--drop")))[0]).to.equal(1);
    expect(await inDatabase(contents)).to.deep.equal(wanted);
  });

  it("replaces what is there when told", async () => {
    await inDatabase(async (db) => {
      await db.collection("data").deleteMany({ name: "Ada" });
      await db.collection("notes").insertOne({ since: "then" });
    });
    await runs("restore", file, "--drop");
    expect(await inDatabase(contents)).to.deep.equal(wanted);
  });
});
