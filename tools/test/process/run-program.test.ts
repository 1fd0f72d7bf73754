import { RunError } from "@pulumi/pulumi";
import { expect } from "chai";
import { exitCodeOf } from "../../process/run-program.ts";
import { explainSystemErrors, InterruptedError, UserError } from "../../process/user-error.ts";
import { readFileSync } from "node:fs";

describe("exitCodeOf", () => {
  async function outcome(program: () => number | undefined): Promise<{ code: number; text: string }> {
    const printed: string[] = [];
    const code = await exitCodeOf(
      async () => await Promise.resolve(program()),
      (text) => printed.push(text),
    );
    return { code, text: printed.join("\n") };
  }
  const fails = (error: Error) => () => {
    throw error;
  };

  it("is what the program returns, or 0", async () => {
    expect(await outcome(() => 7)).to.deep.equal({ code: 7, text: "" });
    expect(await outcome(() => undefined)).to.deep.equal({ code: 0, text: "" });
  });

  it("is 1 after a user error, which has no stack", async () => {
    const sentence = "There is no stack dev. Run: npm run up";
    expect(await outcome(fails(new UserError(sentence)))).to.deep.equal({ code: 1, text: `\n${sentence}` });
    expect(await outcome(fails(new RunError(sentence)))).to.deep.equal({ code: 1, text: `\n${sentence}` });
  });

  it("is 1 after the import of a package that is not installed, which it names", async () => {
    const code = "ERR_MODULE_NOT_FOUND";
    const error = Object.assign(new Error("Cannot find package 'vega' imported from /x/a.ts"), { code });
    const text = "\nThe package vega is not installed. Run: npm ci";
    expect(await outcome(fails(error))).to.deep.equal({ code: 1, text });
    const own = Object.assign(new Error("Cannot find module '/x/b.ts' imported from /x/a.ts"), { code });
    expect((await outcome(fails(own))).code).to.equal(70);
  });

  it("is 130 after Ctrl-C", async () => {
    expect(await outcome(fails(new InterruptedError("Interrupted.")))).to.deep.equal({
      code: 130,
      text: "\nInterrupted.",
    });
  });

  it("is 70 after a bug, which has a stack and asks for a report", async () => {
    const { code, text } = await outcome(fails(new TypeError("x is undefined")));
    expect(code).to.equal(70);
    expect(text).to.match(/^\nTypeError: x is undefined\n {4}at /);
    expect(text).to.match(
      /\n\nThis is a bug\. Please report it, .* to the maintainers of this repository\.$/,
    );
  });
});

describe("explainSystemErrors", () => {
  const absent = "/absent/file";

  it("turns a system error into a sentence, at once or later", async () => {
    const sentence = /^Can't read the file: ENOENT: no such file or directory, open '\/absent\/file'$/;
    const read = () => readFileSync(absent);
    expect(() => explainSystemErrors("read the file", read)).to.throw(UserError, sentence);
    const later = explainSystemErrors("read the file", async () => await Promise.resolve().then(read));
    const error = await later.catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(UserError);
    expect((error as Error).message).to.match(sentence);
  });

  it("leaves what is no system error as it is", () => {
    const bug = new TypeError("x is undefined");
    const work = () => {
      throw bug;
    };
    expect(() => explainSystemErrors("read the file", work)).to.throw(bug);
  });
});
