import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { freePort, isListening } from "../../../service/dev/free-port.ts";
import { seriesFile, shellNumber } from "../../mongodb/mongodb-version.ts";

const scripts = join(import.meta.dirname, "../../mongodb/scripts");

/**
 * A fake mongod, which listens like a recovered one and keeps its series. The fake exits if the data's series is
 * newer or too old.
 */
const mongod = `#!${process.execPath}
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require("node:fs");
const { createServer } = require("node:net");
const args = process.argv.slice(2);
const series = process.env.FAKE_SERIES;
if (args[0] === "--version") {
  console.log("db version v" + series + ".15\\nBuild Info: {}");
  process.exit();
}
const option = (name) => args[args.indexOf(name) + 1];
const files = option("--dbpath") + "/files";
appendFileSync(option("--dbpath") + "/../starts", series + "\\n");
const dataSeries = existsSync(files) ? readFileSync(files, "utf8") : series;
if (process.env.FAKE_FAILURE) {
  console.log(process.env.FAKE_FAILURE);
  process.exit(14);
}
if (Number(dataSeries) > Number(series) || parseInt(series) - parseInt(dataSeries) > 1) {
  console.log(JSON.stringify({ msg: "Wrong mongod version", attr: { error: 'UPGRADE PROBLEM: Found an invalid featureCompatibilityVersion document (ERROR: Invalid featureCompatibilityVersion document in admin.system.version: { _id: "featureCompatibilityVersion", version: "' + dataSeries + '" }.' } }));
  process.exit(62);
}
writeFileSync(files, series);
process.on("SIGTERM", () => process.exit(0));
if (process.env.FAKE_HANG) {
  console.log("recovering");
  setInterval(() => {}, 1000);
} else createServer().listen(Number(option("--port")), "127.0.0.1");
`;

describe("set-users.sh", function () {
  this.timeout(30_000);
  let folder: string;
  let data: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-users-"));
    data = join(folder, "data");
    for (const name of ["bin", "data", "secrets", "tmp"]) mkdirSync(join(folder, name));
    for (const user of ["root-user", "root-password", "app-user", "app-password"])
      writeFileSync(join(folder, "secrets", user), user);
    program("mongod", mongod);
    program("mongosh", `#!/bin/sh\necho "$*" >>'${join(folder, "shells")}'\n`);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function program(name: string, content: string): void {
    writeFileSync(join(folder, "bin", name), content);
    chmodSync(join(folder, "bin", name), 0o755);
  }
  /** Runs the script, and asserts that its mongod has ended. */
  async function start(series: string, env: Record<string, string> = {}) {
    const port = await freePort();
    const child = spawn("bash", [join(scripts, "set-users.sh")], {
      env: {
        PATH: [join(folder, "bin"), "/usr/bin", "/bin"].join(delimiter),
        DATA_FOLDER: data,
        SERIES_FILE: seriesFile,
        SECRETS_FOLDER: join(folder, "secrets"),
        SCRIPTS_FOLDER: scripts,
        SETUP_PORT: String(port),
        TMPDIR: join(folder, "tmp"),
        FAKE_SERIES: series,
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [out, error, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "exit") as Promise<[number]>,
    ]);
    expect(await isListening(port)).to.equal(false);
    return { code, out: out.trim().split("\n").at(-1), error: error.trim().split("\n") };
  }
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  const starts = () => (existsSync(join(folder, "starts")) ? read("starts").trim().split("\n") : []);

  it("sets the users once for each version of MongoDB, and stores the series that has run on the data", async () => {
    expect(await start("8.0")).to.deep.include({ code: 0, error: [""] });
    expect(read(`data/${seriesFile}`)).to.equal("8.0\n");
    expect(await start("8.0")).to.deep.include({ code: 0, out: "The users are up to date." });
    expect(starts()).to.deep.equal(["8.0"]);
    expect((await start("8.2")).code).to.equal(0);
    expect(read(`data/${seriesFile}`)).to.equal("8.2\n");
    expect(starts()).to.deep.equal(["8.0", "8.2"]);
  });

  it("starts mongosh once, after mongod serves", async () => {
    await start("8.0");
    expect(read("shells").trim().split("\n")).to.have.length(1);
  });

  it("sets other users on the data of a version that is known", async () => {
    await start("8.0");
    writeFileSync(join(folder, "secrets/app-user"), "app-2");
    expect((await start("8.0")).out).to.equal("Set the Secret's users and passwords.");
    expect(starts()).to.deep.equal(["8.0", "8.0"]);
  });

  const older =
    "The data are of MongoDB 8.0, and MongoDB 7.0 can't read them. Nothing was changed. " +
    "Run: pulumi config set mongoImage mongo:8.0";

  it("does not start an older MongoDB on the data, names both versions, and works with the newer one again", async () => {
    await start("8.0");
    expect(await start("7.0")).to.deep.equal({ code: 1, out: "", error: [older] });
    expect(starts()).to.deep.equal(["8.0"]);
    expect((await start("8.0")).code).to.equal(0);
  });

  it("names both versions if only mongod knows the data's version", async () => {
    writeFileSync(join(data, "files"), "8.0");
    const { code, error } = await start("7.0");
    expect(code).to.equal(1);
    expect(error[0]).to.include("Wrong mongod version");
    expect(error.at(-1)).to.equal(older);
    expect(existsSync(join(data, seriesFile))).to.equal(false);
  });

  it("does not skip a major version, and names the one to start with", async () => {
    writeFileSync(join(data, "files"), "7.0");
    expect((await start("9.0")).error.at(-1)).to.equal(
      "The data are of MongoDB 7.0, and MongoDB 9.0 can't read them. Nothing was changed. " +
        "Run: pulumi config set mongoImage mongo:7.0, then upgrade one major version at a time.",
    );
  });

  it("names the newest MongoDB that has run on data of an older feature compatibility version", async () => {
    await start("8.0");
    writeFileSync(join(data, "files"), "7.0");
    const { code, error } = await start("9.0");
    expect(code).to.equal(1);
    expect(error.at(-1)).to.equal(
      "MongoDB 8.0 has run on the data, whose feature compatibility version is still 7.0. " +
        "MongoDB 9.0 can't read the data. Nothing was changed. Set mongoImage back to MongoDB 8.0, run " +
        'db.adminCommand({ setFeatureCompatibilityVersion: "8.0", confirm: true }) in mongosh, then upgrade.',
    );
    expect((await start("8.0")).code).to.equal(0);
  });

  it("compares series like the check on the node", () => {
    const script = readFileSync(join(scripts, "set-users.sh"), "utf8");
    expect(script).to.include(`number() { echo ${shellNumber("1")}; }`);
  });

  it("ignores a series file that is empty after a power cut", async () => {
    writeFileSync(join(data, seriesFile), "");
    expect((await start("8.0")).code).to.equal(0);
    expect(read(`data/${seriesFile}`)).to.equal("8.0\n");
  });

  it("prints mongod's last lines when it does not start", async () => {
    const { code, error } = await start("8.0", { FAKE_FAILURE: "no space left on device" });
    expect(code).to.equal(1);
    expect(error).to.deep.equal([
      "no space left on device",
      "MongoDB 8.0 does not start on the data (exit code 14). The lines above show the error.",
    ]);
  });

  it("fails after the timeout, with mongod's last lines", async () => {
    const { code, error } = await start("8.0", { FAKE_HANG: "1", START_SECONDS: "8" });
    expect(code).to.equal(1);
    expect(error).to.deep.equal([
      "recovering",
      "MongoDB 8.0 has not started within 8 seconds. The lines above are the end of its log.",
    ]);
  });

  it("names the image without mongosh", async () => {
    rmSync(join(folder, "bin/mongosh"));
    expect(await start("4.4")).to.deep.include({
      code: 1,
      error: ["The image of MongoDB 4.4 has no mongosh. Set mongoImage to MongoDB 7.0 or newer."],
    });
    expect(starts()).to.deep.equal([]);
  });

  it("says that mongod does not run on the node", async () => {
    program("mongod", "#!/bin/sh\necho 'Illegal instruction' >&2; exit 132\n");
    expect((await start("8.0")).error).to.deep.equal([
      "Illegal instruction",
      "mongod can't run on this node (exit code 132). Exit code 132 means that the CPU has no AVX.",
    ]);
  });

  it("says that mongosh failed", async () => {
    program("mongosh", "#!/bin/sh\necho 'MongoServerError: no' >&2; exit 1\n");
    const { code, error } = await start("8.0");
    expect(code).to.equal(1);
    expect(error.at(-1)).to.equal("MongoDB 8.0 did not accept the users. The lines above show the error.");
    expect(existsSync(join(data, ".users-set-for"))).to.equal(false);
  });
});
