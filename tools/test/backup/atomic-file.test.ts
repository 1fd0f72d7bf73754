import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { writeGzip, writeAtomically } from "../../backup/atomic-file.ts";

const run = promisify(execFile);
const say = () => undefined;

async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

describe("writeAtomically", () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-file-"));
    file = join(folder, "a.gz");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const write = async (
    source: AsyncIterable<Uint8Array>,
    accept = (): Promise<void> => Promise.resolve(),
  ) => {
    await writeAtomically(file, (part) => writeGzip(part, source, say), accept);
  };
  const failure = async (written: Promise<void>) =>
    await written.then(
      () => undefined,
      (error: unknown) => (error as Error).message,
    );

  it("writes a file that only its owner reads, and replaces one that others may read", async () => {
    writeFileSync(`${file}.part`, "left by a killed process", { mode: 0o644 });
    await write(chunks("ab", "c"));
    expect(gunzipSync(readFileSync(file)).toString()).to.equal("abc");
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(readdirSync(folder)).to.deep.equal(["a.gz"]);
  });

  describe("leaves what was there", () => {
    beforeEach(() => {
      writeFileSync(file, "before");
    });
    afterEach(() => {
      expect(readFileSync(file, "utf8")).to.equal("before");
      expect(readdirSync(folder)).to.deep.equal(["a.gz"]);
    });

    it("when the source fails", async () => {
      async function* failing(): AsyncGenerator<Uint8Array> {
        yield* chunks("a");
        throw new Error("cut off");
      }
      expect(await failure(write(failing()))).to.equal("cut off");
    });

    it("when the file is not accepted", async () => {
      expect(await failure(write(chunks("a"), () => Promise.reject(new Error("damaged"))))).to.equal(
        "damaged",
      );
    });

    it("when the disk is full", async function () {
      if (process.platform === "win32") this.skip();
      // A size limit of the shell stands in for a full disk: a write fails in the middle, too.
      const script = `
        import { randomBytes } from "node:crypto";
        import { writeGzip, writeAtomically } from ${JSON.stringify(join(import.meta.dirname, "../../backup/atomic-file.ts"))};
        async function* random() { for (let i = 0; i < 50; i++) yield randomBytes(100_000); }
        const write = (part) => writeGzip(part, random(), () => undefined);
        await writeAtomically(${JSON.stringify(file)}, write, () => undefined).catch(({ code }) => console.log(code));
      `;
      const limited = 'ulimit -f 1000; exec "$@"';
      const node = [process.execPath, "--input-type=module", "--eval", script];
      const { stdout } = await run("sh", ["-c", limited, "sh", ...node]);
      expect(stdout.trim()).to.equal("EFBIG");
    });
  });
});
