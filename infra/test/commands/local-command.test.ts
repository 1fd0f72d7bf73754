import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { Command, commandProvider, type CommandLine } from "../../commands/local-command.ts";
import { asRun, registered } from "../support/dynamic-provider.ts";

const say = (file: string, text: string): CommandLine => [
  process.execPath,
  "-e",
  'require("node:fs").appendFileSync(process.argv[1], process.argv[2])',
  file,
  text,
];

describe("Command", function () {
  this.timeout(60_000);
  let folder: string;
  let file: string;
  let provider: pulumi.dynamic.ResourceProvider;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "koa-mongo-stack-command-"));
    provider = asRun(commandProvider);
  });
  beforeEach(() => {
    file = join(folder, "said");
    rmSync(file, { force: true });
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const said = () => readFileSync(file, "utf8");

  it("is what Pulumi's own class would register, but for the text", async () => {
    const inputs = { create: [say(file, "1")] };
    const [own, theirs] = await registered(() => [new Command("own", inputs), new Theirs("theirs", inputs)]);
    expect(own?.type).to.equal(theirs?.type);
    expect(theirs?.inputs).to.have.all.keys("create", "__provider");
    expect(own?.inputs).to.deep.equal({ ...inputs, __provider: commandProvider });
  });

  it("runs one after the other, each argument as it is", async () => {
    const create = [say(file, '"a" && b|'), say(file, "$PATH %PATH%")];
    const { outs } = await provider.create({ create });
    expect(said()).to.equal('"a" && b|$PATH %PATH%');
    expect(outs).to.deep.equal({ create });
  });

  it("stops at the first that fails, and says what it said", async () => {
    const fails = [process.execPath, "-e", 'console.error("no room"); process.exit(3)'];
    const error = await failure(provider.create({ create: [fails, say(file, "after")] }));
    expect(error.message).to.match(/^no room\nThis was: /);
    expect(existsSync(file)).to.equal(false);
  });

  it("says which program is missing", async () => {
    const error = await failure(provider.create({ create: [["no-such-minikube", "ssh"]] }));
    expect(error.message).to.equal("no-such-minikube is not on PATH.\nThis was: no-such-minikube ssh");
  });

  it("does it again in place when its arguments have changed", async () => {
    const olds = { create: [say(file, "1")], delete: say(file, "gone") };
    await provider.update?.("done", olds, { ...olds, create: [say(file, "2")] });
    expect(said()).to.equal("2");
  });

  it("is undone as it was made, or stays", async () => {
    await provider.delete?.("done", { create: [say(file, "made")] });
    expect(existsSync(file)).to.equal(false);
    await provider.delete?.("done", { create: [], delete: say(file, "gone") });
    expect(said()).to.equal("gone");
  });
});

/** A dynamic resource as in Pulumi's documentation. */
class Theirs extends pulumi.dynamic.Resource {
  constructor(name: string, inputs: object) {
    super({ create: () => Promise.resolve({ id: "" }) }, name, { ...inputs }, {}, "command", "Command");
  }
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  return await promise.then(
    () => new Error("it did not fail"),
    (error: unknown) => error as Error,
  );
}
