import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Command } from "commander";
import { exitCodeMeanings, exitCodes } from "../process/exit-codes.ts";
import { command as backup } from "../commands/backup.ts";
import { command as composeEnv } from "../commands/compose-env.ts";
import { command as dev } from "../commands/dev.ts";
import { command as doctor } from "../commands/doctor.ts";
import { command as down } from "../commands/down.ts";
import { command as load } from "../commands/load.ts";
import { command as logs } from "../commands/logs.ts";
import { command as restore } from "../commands/restore.ts";
import { command as rotatePassword } from "../commands/rotate-password.ts";
import { command as start } from "../commands/start.ts";
import { command as status } from "../commands/status.ts";
import { command as up } from "../commands/up.ts";
import { runCommandLine } from "../terminal/cli-command.ts";
import { answering } from "./support/answering-server.ts";
import { runUp } from "./support/run-command.ts";
import { fakeMachine, type Machine } from "./support/fake-machine.ts";

const root = join(import.meta.dirname, "../..");
const commands = [
  up,
  down,
  doctor,
  status,
  logs,
  backup,
  restore,
  rotatePassword,
  load,
  start,
  dev,
  composeEnv,
] as const;

/** The result of a command line. */
interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

describe("tools/cli.ts", function () {
  this.timeout(60_000);
  let machine: Machine;
  before(async () => {
    // A machine with a stack, whose programs record each change.
    const service = await answering();
    machine = fakeMachine({ url: service.url });
    expect(await runUp(machine)).to.include({ code: 0 });
    service.close();
    machine.changes();
  });
  after(() => {
    machine.remove();
  });

  function cli(...args: string[]): Promise<Result> {
    return new Promise((resolve) => {
      execFile(process.execPath, [join(root, "tools/cli.ts"), ...args], (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  }

  /** Runs a command line that must be rejected and change nothing. */
  async function rejected(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await cli(...args);
    expect(code, stderr).to.equal(2);
    expect(stdout).to.equal("");
    expect(machine.changes()).to.deep.equal([]);
    return stderr;
  }

  /** The same in this process, which is faster. */
  async function rejectedBy(command: Command, ...args: string[]): Promise<string> {
    let stderr = "";
    command.configureOutput({ writeErr: (text) => (stderr += text) });
    expect(await runCommandLine(command, args)).to.equal(2);
    expect(machine.changes()).to.deep.equal([]);
    return stderr;
  }

  it("is what each npm script of a command runs", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    for (const name of [...commands.map((command) => command.name()), "minikube", "pulumi"]) {
      expect(scripts[name]).to.equal(`node tools/main.js ${name}`);
    }
  });

  it("lists all commands and exit codes in its help", async () => {
    const { code, stdout } = await cli("--help");
    expect(code).to.equal(0);
    for (const command of [...commands, { name: () => "minikube" }, { name: () => "pulumi" }]) {
      expect(stdout).to.match(new RegExp(`^  ${command.name()} +\\S`, "m"));
    }
    for (const name of Object.keys(exitCodes) as (keyof typeof exitCodes)[]) {
      expect(stdout)
        .to.match(new RegExp(`^  ${exitCodes[name]} +`, "m"))
        .and.include(exitCodeMeanings[name]);
    }
  });

  it("prints its help, and exits with 2, without a command", async () => {
    expect(await rejected()).to.match(/^Usage: npm run <command> -- \[options\]\n/);
  });

  it("suggests the nearest command for an unknown one", async () => {
    expect(await rejected("rotate-pasword")).to.match(
      /^error: unknown command 'rotate-pasword'\n\(Did you mean rotate-password\?\)\n/,
    );
  });

  for (const command of commands) {
    const name = command.name();

    it(`prints the help of ${name}, and does nothing`, async () => {
      const { code, stdout } = await cli(name, "--help");
      expect(code).to.equal(0);
      expect(stdout).to.match(new RegExp(`^Usage: npm run ${name} -- \\[options\\]`));
      for (const option of command.options) expectSentence(stdout, option.flags);
      for (const argument of command.registeredArguments) expectSentence(stdout, argument.name());
      for (const { long, negate, mandatory, defaultValue } of command.options) {
        if (!negate && !mandatory && defaultValue === undefined) {
          expect(stdout, `default of ${long ?? ""}`).to.include("(default: none)");
        }
      }
      expect(stdout).to.match(new RegExp(`\nExamples:\n  npm (run )?${name}`));
      expect(machine.changes()).to.deep.equal([]);
    });

    it(`rejects an unknown option of ${name}, and does nothing`, async () => {
      expect(await rejectedBy(command, ...needed(command), "--hepl")).to.equal(
        `error: unknown option '--hepl'\n(Did you mean --help?)\nHelp: npm run ${name} -- --help\n`,
      );
    });

    it(`rejects an argument that ${name} doesn't have, and does nothing`, async () => {
      const most = command.registeredArguments.map(() => "x");
      expect(await rejectedBy(command, ...most, "now")).to.match(/^error: too many arguments.*now\.\n/);
    });
  }

  it("rejects an unknown option before it does anything", async () => {
    expect(await rejected("rotate-password", "--hlep")).to.match(/^error: unknown option '--hlep'\n/);
    expect(await rejected("down", "--clusters")).to.match(/\n\(Did you mean --cluster\?\)\n/);
  });

  it("suggests the option for an argument without its dashes", async () => {
    expect(await rejected("down", "cluster")).to.match(/\n\(Did you mean --cluster\?\)\n/);
  });

  it("rejects a command whose argument is missing", async () => {
    expect(await rejected("restore")).to.match(/^error: missing required argument 'file'\n/);
  });

  const invalid: [[string, ...string[]], string][] = [
    [
      ["logs", "--tail", "x"],
      "option '--tail <lines>' argument 'x' is invalid. The value must be a whole number from 0",
    ],
    [["logs", "--tail=-1"], "The value must be a whole number from 0 to 999999."],
    [["load", "--seconds=0"], "The value must be a whole number from 1 to 1800."],
    [["load", "--rate", "abc"], "The value must be a whole number from 1 to 20000."],
    [["load", "--rate=1e9"], "The value must be a whole number from 1 to 20000."],
    [["load", "--clients=0"], "The value must be a whole number from 1 to 500."],
    [["load", "--wait=3601"], "The value must be a whole number from 0 to 3600."],
    [["load", "--mix", "foo"], "Allowed choices are read, write, mixed."],
    [
      ["load", "--rate=5", "--clients=5"],
      "option '--rate <requests>' cannot be used with option '--clients <clients>'",
    ],
    [["dev", "--port=70000"], "The value must be a whole number from 1 to 65535."],
  ];
  for (const [[name, ...args], sentence] of invalid) {
    it(`rejects ${name} ${args.join(" ")}`, async () => {
      const command = commands.find((each) => each.name() === name) ?? expect.fail(name);
      expect(await rejectedBy(command, ...args)).to.include(sentence);
    });
  }

  for (const args of [["--version"], ["up", "--help"], ["-h"], ["--", "--stack", "a b"], []]) {
    it(`passes ${JSON.stringify(args)} unchanged to minikube and Pulumi`, async () => {
      const shows = 'printf "<%s>" "$@"; exit 7';
      machine.set({ programs: { minikube: shows, pulumi: `[ "$1" = version ] && echo v3.270.0\n${shows}` } });
      try {
        for (const program of ["minikube", "pulumi"]) {
          const { code, stdout } = await cli(program, ...args);
          expect(stdout).to.equal(args.length === 0 ? "<>" : args.map((arg) => `<${arg}>`).join(""));
          expect(code).to.equal(7);
        }
      } finally {
        machine.set({});
      }
    });
  }

  it("prints a user error as one sentence on standard error, without a stack", async () => {
    const folder = join(machine.project.folder, "absent");
    const { code, stdout, stderr } = await cli("compose:env", folder);
    expect(code).to.equal(1);
    expect(stdout).to.equal("");
    expect(stderr).to.match(/^\nCan't write \/.*\/absent\/\.env: ENOENT: no such file or directory.*\n$/);
  });

  it("prints a bug with its stack, asks for a report, and exits with 70", async () => {
    machine.set({ programs: { pulumi: "printf garbage" } });
    const { code, stdout, stderr } = await cli("status");
    expect(code).to.equal(70);
    expect(stdout).to.equal("");
    expect(stderr)
      .to.match(/^\nSyntaxError: .*\n {4}at /)
      .and.include("\nThis is a bug. Please report it");
  });
});

/** Expects a sentence beside the option or argument in the help. */
function expectSentence(help: string, term: string): void {
  const line = help.split("\n").find((text) => text.trimStart().startsWith(term));
  expect(line, term).to.match(/^ {2}\S.* {2}[A-Z][\w ]+/);
}

function needed(command: Command): string[] {
  return command.registeredArguments.filter(({ required }) => required).map(() => "x");
}
