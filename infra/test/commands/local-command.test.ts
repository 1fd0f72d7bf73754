import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { Command, commandProvider, type CommandLine } from "../../commands/local-command.ts";
import { asRun, registered } from "../support/dynamic-provider.ts";

const append = (file: string, text: string): CommandLine => [
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
    file = join(folder, "written");
    rmSync(file, { force: true });
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const written = () => readFileSync(file, "utf8");

  it("is what Pulumi's own class would register, except for the source code", async () => {
    const inputs = { create: [append(file, "1")] };
    const [own, theirs] = await registered(() => [new Command("own", inputs), new Theirs("theirs", inputs)]);
    expect(own?.type).to.equal(theirs?.type);
    expect(theirs?.inputs).to.have.all.keys("create", "__provider");
    expect(own?.inputs).to.deep.equal({ ...inputs, __provider: commandProvider });
  });

  it("runs one after the other, each argument as it is", async () => {
    const create = [append(file, '"a" && b|'), append(file, "$PATH %PATH%")];
    const { outs } = await provider.create({ create });
    expect(written()).to.equal('"a" && b|$PATH %PATH%');
    expect(outs).to.deep.equal({ create });
  });

  it("stops at the first command that fails, and shows its output", async () => {
    const fails = [process.execPath, "-e", 'console.error("no room"); process.exit(3)'];
    const error = await failure(provider.create({ create: [fails, append(file, "after")] }));
    expect(error.message).to.match(/^no room\nThe command was: /);
    expect(existsSync(file)).to.equal(false);
  });

  it("says which program is missing", async () => {
    const error = await failure(provider.create({ create: [["no-such-minikube", "ssh"]] }));
    expect(error.message).to.equal("no-such-minikube is not on PATH.\nThe command was: no-such-minikube ssh");
  });

  it("runs the commands again, in place, after a change of the arguments", async () => {
    const olds = { create: [append(file, "1")], delete: append(file, "gone") };
    await provider.update?.("done", olds, { ...olds, create: [append(file, "2")] });
    expect(written()).to.equal("2");
  });

  it("runs the delete command, or leaves the result", async () => {
    await provider.delete?.("done", { create: [append(file, "created")] });
    expect(existsSync(file)).to.equal(false);
    await provider.delete?.("done", { create: [], delete: append(file, "gone") });
    expect(written()).to.equal("gone");
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
