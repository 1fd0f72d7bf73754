import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/** A program of this machine and its arguments. No shell sees them: cmd and sh would each want other quotes. */
export type CommandLine = readonly string[];

/** Arguments of {@link Command}. */
export interface CommandArgs {
  /** Make something so, or find that it is; one after the other, again whenever an argument has changed. */
  readonly create: pulumi.Input<readonly CommandLine[]>;
  /** Undoes it. @default it stays */
  readonly delete?: pulumi.Input<CommandLine>;
  /** When one of these changes it is to be done again. */
  readonly triggers?: pulumi.Input<readonly pulumi.Input<string>[]>;
}

/** The text that Pulumi's process of dynamic resources runs. */
export const commandProvider = readFileSync(join(import.meta.dirname, "command-provider.cjs"), "utf8");

/**
 * Something that only a program of this machine can do: a dynamic resource of Pulumi's. Its own class would make such a
 * text of a function, and load a TypeScript compiler for it in each `up`. With another text each is done again, in place.
 */
export class Command extends pulumi.CustomResource {
  constructor(name: string, args: CommandArgs, opts?: pulumi.CustomResourceOptions) {
    super("pulumi-nodejs:dynamic/command:Command", name, { ...args, __provider: commandProvider }, opts);
  }
}
