import * as pulumi from "@pulumi/pulumi";

/** A program of this machine and its arguments. No shell sees them: cmd and sh would each want other quotes. */
export type CommandLine = readonly string[];

/** Arguments of {@link Command}. */
export interface CommandArgs {
  /** Make something so, or find that it is; one after the other, again whenever an argument has changed. */
  readonly create: pulumi.Input<readonly CommandLine[]>;
  /** Undoes it. @default it stays */
  readonly delete?: CommandLine;
  /** When one of these changes it is to be done again. */
  readonly triggers?: pulumi.Input<readonly pulumi.Input<string>[]>;
}

interface State {
  readonly create: readonly CommandLine[];
  readonly delete?: CommandLine;
}

/**
 * What runs the commands. Pulumi keeps its text with the resource, so that `destroy` needs no program: it uses nothing
 * from outside itself but Node's own modules.
 */
export const commandProvider: pulumi.dynamic.ResourceProvider<State, State> = {
  async create(inputs) {
    await runEach(inputs.create);
    return { id: "done", outs: inputs };
  },
  // In place: a replacement would at its end delete what it has just made under the same name.
  async update(_id, _olds, news) {
    await runEach(news.create);
    return { outs: news };
  },
  async delete(_id, state) {
    if (state.delete !== undefined) await runEach([state.delete]);
  },
};

async function runEach(commands: readonly CommandLine[]): Promise<void> {
  const { execFile } = await import("node:child_process");
  for (const [program = "", ...args] of commands) {
    await new Promise<void>((resolve, reject) => {
      execFile(program, args, { windowsHide: true }, (error, stdout, stderr) => {
        if (error === null) {
          resolve();
          return;
        }
        const said = (stderr + stdout).trim();
        const why =
          error.code === "ENOENT" ? `${program} is not on PATH.` : said === "" ? error.message : said;
        reject(new Error(`${[program, ...args].join(" ")}: ${why}`));
      });
    });
  }
}

/** Something that only a program of this machine can do. */
export class Command extends pulumi.dynamic.Resource {
  constructor(name: string, args: CommandArgs, opts?: pulumi.CustomResourceOptions) {
    super(commandProvider, name, { ...args }, opts, "command", "Command");
  }
}
