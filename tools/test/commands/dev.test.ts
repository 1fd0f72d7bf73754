import { once } from "node:events";
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { copyProject, type ProjectCopy } from "../support/project-copy.ts";
import { freePort, freePortFrom, isListening, localhost } from "../../../service/dev/free-port.ts";
import { jsonInit } from "../../../service/test/support/test-service.ts";
import { fakePath } from "../support/fake-path.ts";
import { startProgram, type Running } from "../support/running-command.ts";

describe("npm run dev", function () {
  this.timeout(120_000);
  let directory: string;
  let running: Running | undefined;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "koa-mongo-stack-dev-"));
  });
  afterEach(async () => {
    running?.interrupt();
    await running?.exitCode();
    running = undefined;
  });
  after(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  const start = (port: number) => {
    running = startProgram("dev", { PORT: String(port), DATA_DIRECTORY: directory });
    return running;
  };

  /** Presses Ctrl-C, and expects that the ports of the service and of MongoDB are free. */
  async function expectEnd(program: Running, port: number): Promise<void> {
    const mongo = /mongodb:\/\/127\.0\.0\.1:(\d+)/.exec(program.output());
    program.interrupt();
    expect(await program.exitCode(), program.output()).to.equal(0);
    expect(await isListening(port)).to.equal(false);
    if (mongo !== null) expect(await isListening(Number(mongo[1]))).to.equal(false);
  }

  it("serves at the URL that it prints, ends with Ctrl-C, and has the documents when started again", async () => {
    const port = await freePort();
    const url = `http://localhost:${port}`;
    const first = start(port);
    await first.prints(new RegExp(`${url} answers`));
    const posted = await fetch(`${url}/data`, jsonInit('{"kept":true}'));
    expect(posted.status).to.equal(201);
    await first.prints(/^\[\d\d:\d\d:\d\d\] INFO: POST \/data 201 [\d.]+ ms$/m);
    await expectEnd(first, port);

    const second = start(port);
    await second.prints(new RegExp(`${url} answers`));
    const location = url + (posted.headers.get("Location") ?? "");
    expect(await (await fetch(location)).json()).to.deep.equal(await posted.json());
    expect((await fetch(location, { method: "DELETE" })).status).to.equal(204);
    await expectEnd(second, port);
  });

  for (const [host, text] of [
    ["127.0.0.1", "127.0.0.1"],
    ["::1", "[::1]"],
  ]) {
    it(`says that the port is in use on ${text}, and starts nothing`, async () => {
      const other = createServer().listen(0, host);
      await once(other, "listening");
      const { port } = other.address() as AddressInfo;
      const next = await freePortFrom(port + 1, localhost);
      const program = start(port);
      expect(await program.exitCode()).to.equal(1);
      expect(program.output()).to.equal(
        `\nPort ${port} is in use on ${text}. ` +
          `Stop the program that listens there, or run: npm run dev -- --port ${next}\n`,
      );
      other.close();
    });
  }

  it("listens on the address in HOST, and prints it", async () => {
    const port = await freePort();
    running = startProgram("dev", { PORT: String(port), HOST: "127.0.0.2", DATA_DIRECTORY: directory });
    await running.prints(new RegExp(`http://127\\.0\\.0\\.2:${port} answers`));
    expect((await fetch(`http://127.0.0.2:${port}/health/live`)).status).to.equal(200);
    expect(await isListening(port)).to.equal(false);
  });

  it("says that a PORT is none", async () => {
    running = startProgram("dev", { PORT: "http" });
    expect(await running.exitCode()).to.equal(2);
    expect(running.output()).to.include(
      "option '--port <port>' value 'http' from env 'PORT' is invalid. The value must be a whole number from 1 to 65535.\n",
    );
  });
});

describe("npm run dev, where there is no MongoDB", function () {
  this.timeout(120_000);

  it("says what it fetches before it does", async () => {
    const project = await copyProject();
    const fake = fakePath({ python3: "exit 1" });
    try {
      // An installation without the cached download of MongoDB.
      const modules = join(project.folder, "node_modules");
      const installed = await readlink(modules);
      await rm(modules);
      await mkdir(modules);
      for (const name of await readdir(installed)) {
        if (name !== ".cache") await symlink(join(installed, name), join(modules, name));
      }
      const nobody = `http://127.0.0.1:${await freePort()}`;
      const env = {
        PATH: fake.folder,
        HOME: fake.folder,
        MONGODB_URI: undefined,
        MONGOMS_DOWNLOAD_MIRROR: nobody,
        PORT: String(await freePort()),
      };
      const program = startProgram("dev", env, [], project.folder);
      expect(await program.exitCode()).to.equal(1);
      const [mongod, failed, standIn, ...rest] = program.output().split("\n");
      expect(mongod).to.match(/^Downloading mongod \d+\.\d+\.\d+ to node_modules\/\.cache\.$/);
      expect(failed).to.match(/^Can't download mongod /);
      expect(standIn).to.match(/^Downloading SecantusDB \S+ from PyPI to node_modules\/\.cache\.$/);
      expect(rest.join("\n"))
        .to.include("The embedded MongoDB does not start")
        .and.include("Install mongod on PATH");
    } finally {
      fake.remove();
      await project.remove();
    }
  });
});

describe("npm run dev, while its code changes", function () {
  this.timeout(120_000);
  const greeting = "Hello World, from Docker and Kubernetes!";
  let project: ProjectCopy;
  let running: Running;
  let url: string;
  before(async () => {
    project = await copyProject();
    const port = await freePort();
    url = `http://localhost:${port}`;
    running = startProgram("dev", { PORT: String(port) }, [], project.folder);
    await running.prints(new RegExp(`${url} answers`));
  });
  after(async () => {
    running.interrupt();
    expect(await running.exitCode(), running.output()).to.equal(0);
    await project.remove();
  });

  const pathOf = (file: string) => join(project.folder, "service", file);

  /** Replaces a file by renaming, as many editors do. */
  async function replace(file: string, change: (text: string) => string): Promise<void> {
    const path = pathOf(file);
    await writeFile(`${path}.new`, change(await readFile(path, "utf8")));
    await rename(`${path}.new`, path);
  }

  async function untilThere(path: string, text: string): Promise<void> {
    const end = Date.now() + 20_000;
    while (Date.now() < end) {
      const answer = await fetch(url + path).catch(() => undefined);
      if ((await answer?.text())?.includes(text) === true) return;
      await sleep(100);
    }
    throw new Error(`${path} never has "${text}":\n${running.output()}`);
  }

  it("has what a file says that is replaced repeatedly", async () => {
    let last = greeting;
    for (const next of ["Hello once", "Hello twice", "Hello thrice"]) {
      await replace("page/page-view.ts", (text) => text.replaceAll(last, next));
      await untilThere("/", next);
      last = next;
    }
  });

  it("has what is written into a file, and what the page loads", async () => {
    await writeFile(pathOf("page/assets/page.css"), "/* all new */");
    await untilThere("/assets/page.css", "/* all new */");
  });

  it("goes on where a file changes that it does not read", async () => {
    await writeFile(pathOf("test/app.test.ts"), "// another");
    // Changes arrive in order, so a message about the first change would come before the second.
    await writeFile(pathOf("page/assets/page.css"), "/* newer still */");
    await untilThere("/assets/page.css", "/* newer still */");
    expect(running.output()).not.to.include("test/app.test.ts has changed");
  });

  it("says that the service ended, and restarts it when its code is fixed", async () => {
    const failure = "throw new Error('not yet');\n";
    await replace("app.ts", (text) => failure + text);
    await running.prints(
      /^The service ended \(exit code 1\): its log above says why\. The service restarts when its code changes\.$/m,
    );
    await replace("app.ts", (text) => text.replace(failure, ""));
    await untilThere("/health/live", "");
  });
});
