import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { freePort, isListening } from "../../../service/dev/free-port.ts";
import { fakePath, type FakePath } from "../support/fake-path.ts";
import { startProgram } from "../support/running-command.ts";

describe("npm start", function () {
  this.timeout(120_000);
  let fake: FakePath | undefined;
  afterEach(() => fake?.remove());

  const path = (scripts: Record<string, string>) => {
    fake = fakePath(scripts);
    return fake.folder;
  };

  it("is npm run up where its programs are, and passes its exit code on", async () => {
    const PATH = path({
      docker: `[ "$1" = info ] && echo 28.2.2 || echo '{"Client":{"Version":"28.2.2"},"Server":{"Version":"28.2.2"}}'`,
      pulumi: "echo v3.270.0",
      minikube: `echo '{"minikubeVersion":"v1.38.1"}'`,
      npm: 'echo "npm $*"; exit 3',
    });
    const program = startProgram("start", { PATH });
    expect(await program.exitCode()).to.equal(3);
    expect(program.output()).to.equal("npm run up\n");
  });

  it("says why and serves with an embedded MongoDB where Docker is not", async () => {
    const directory = await mkdtemp(join(tmpdir(), "koa-mongo-stack-start-"));
    const port = await freePort();
    const program = startProgram("start", {
      PATH: path({ docker: "exit 1" }) + delimiter + (process.env.PATH ?? ""),
      PORT: String(port),
      DATA_DIRECTORY: directory,
    });
    try {
      await program.prints(
        /^Docker does not answer, so `npm start` runs the service alone, with an embedded MongoDB\.\n/,
      );
      await program.prints(new RegExp(`http://localhost:${port} answers`));
      expect((await fetch(`http://localhost:${port}/`)).status).to.equal(200);
    } finally {
      program.interrupt();
      expect(await program.exitCode(), program.output()).to.equal(0);
      await rm(directory, { recursive: true, force: true });
    }
    expect(await isListening(port)).to.equal(false);
  });
});
