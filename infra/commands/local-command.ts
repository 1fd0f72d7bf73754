import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/** A program and its arguments, which run without a shell, because cmd and sh quote differently. */
export type CommandLine = readonly string[];

/** Arguments of {@link Command}. */
export interface CommandArgs {
  /**
   * Commands that create the result, or find it. The commands run one after the other, again after each change of
   * an argument.
   */
  readonly create: pulumi.Input<readonly CommandLine[]>;
  /** Undoes the commands. @default the result stays */
  readonly delete?: pulumi.Input<CommandLine>;
  /** A change of one of these values runs the commands again. */
  readonly triggers?: pulumi.Input<readonly pulumi.Input<string>[]>;
}

/** Source code that Pulumi runs in its process for dynamic resources. */
export const commandProvider = readFileSync(join(import.meta.dirname, "command-provider.cjs"), "utf8");

/**
 * Runs programs on this machine, as a dynamic resource of Pulumi. A subclass of Pulumi's own class would serialize
 * a function, and load a TypeScript compiler in each `up`. After a change of the source code, all commands run
 * again, in place.
 */
export class Command extends pulumi.CustomResource {
  constructor(name: string, args: CommandArgs, opts?: pulumi.CustomResourceOptions) {
    super("pulumi-nodejs:dynamic/command:Command", name, { ...args, __provider: commandProvider }, opts);
  }
}
