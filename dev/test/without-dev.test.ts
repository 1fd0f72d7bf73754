import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";

const run = promisify(execFile);
const project = join(import.meta.dirname, "../..");

/** Minutes for one program. The tests need about nine on two CPUs. */
const limitMinutes = 20;

/** npm's variables of this test run name this project, and the copy's npm must not read them. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_")));

describe("a copy of the project without dev/", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "koa-mongo-stack-without-dev-"));
    const { stdout } = await run("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
      cwd: project,
    });
    for (const file of stdout
      .trim()
      .split("\n")
      .filter((path) => !path.startsWith("dev/"))) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await cp(join(project, file), join(folder, file));
    }
    // A user has the project in git, and some tests copy the files that git knows.
    await run("git", ["init", "--quiet"], { cwd: folder });
    await run("git", ["add", "--all"], { cwd: folder });
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  /**
   * Runs a program in the copy, and returns its output. After the limit, the program and its children are killed.
   * An error contains the end of the output.
   */
  async function runs(program: string, ...args: string[]): Promise<string> {
    const child = spawn(program, args, {
      cwd: folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    // `detached` starts the program as the leader of its process group.
    const kill = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // No process of the group is left.
      }
    };
    let end = "";
    const limit = setTimeout(() => {
      end = `has not ended within ${limitMinutes} minutes`;
      kill();
    }, limitMinutes * 60_000);
    // A child that outlives the program would keep its output open.
    child.on("exit", kill);
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    clearTimeout(limit);
    if (code !== 0) {
      end ||= `ended with ${signal ?? `exit code ${code}`}`;
      throw new Error(`${program} ${args.join(" ")} ${end}:\n${output.slice(-20_000)}`);
    }
    return output;
  }

  it("installs its dependencies from the same lockfile", async () => {
    expect(await runs("npm", "ci")).to.match(/^added \d{3} packages/m);
    // Tests download MongoDB only once, into this cache.
    const cache = join(project, "node_modules/.cache");
    await mkdir(cache, { recursive: true });
    await symlink(cache, join(folder, "node_modules/.cache"));
  });

  it("passes the type check", async () => {
    expect(await runs("npx", "tsc", "--listFilesOnly")).to.include(join(folder, "tools/commands/up.ts"));
    expect(await runs("npx", "tsc")).to.equal("");
  });

  it("passes lint and the check of the format", async () => {
    await runs("npm", "run", "check:lint");
    expect(await runs("npm", "run", "check:format")).to.include("All matched files use Prettier code style!");
  });

  it("prints help for up", async () => {
    expect(await runs("npm", "run", "up", "--", "--help")).to.match(/^Usage: /m);
  });

  it("passes its tests", async () => {
    const printed = await runs("npm", "test");
    const [, passing = "0"] = /^ +(\d+) passing/m.exec(printed) ?? [];
    expect(Number(passing)).to.be.greaterThan(500);
    expect(printed).not.to.match(/^ +\d+ failing/m);
  });
});
