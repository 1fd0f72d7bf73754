import { Command, CommanderError, InvalidArgumentError, type ErrorOptions } from "commander";
import { exitCodes } from "../process/exit-codes.ts";

/** Help texts of a command, apart from its options. */
export interface CommandHelp {
  /** One line, for the list of all commands. */
  readonly summary: string;
  /** @default the summary */
  readonly description?: string;
  /** Command lines that users can copy. */
  readonly examples: readonly string[];
}

/**
 * Creates a command without options and without an action.
 * @param name the npm script after `npm run`: \`up\`, or \`bench -w dev\` for a script of dev/
 */
export function cliCommand(name: string, { summary, description = summary, examples }: CommandHelp): Command {
  return new CliCommand(name)
    .summary(summary)
    .description(description)
    .helpOption("-h, --help", "Show this help.")
    .configureHelp({
      commandUsage: (command) => `npm run ${command.name()} -- ${command.usage()}`,
    })
    .showHelpAfterError(`Help: npm run ${name} -- --help`)
    .exitOverride()
    .addHelpText("after", ["", "Examples:", ...examples.map((example) => `  ${example}`)].join("\n"));
}

/**
 * Parses arguments and runs the action of the selected command.
 * @returns the exit code: `process.exitCode`, which the action sets, or `usage` if the arguments are wrong
 */
export async function runCommandLine(command: Command, args: readonly string[]): Promise<number> {
  try {
    await command.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? exitCodes.ok);
  } catch (error) {
    // Commander has already printed the help or the error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    throw error;
  }
}

/** Creates a parser for a whole number from `least` to `most`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`The value must be a whole number from ${min} to ${max}.`);
  };
}

class CliCommand extends Command {
  /** Suggests the option if its dashes are missing. Commander itself suggests options only for unknown options. */
  override error(message: string, errorOptions?: ErrorOptions): never {
    const meant = this.options.find(({ long }) => this.args.some((argument) => long === `--${argument}`));
    const isExcess = errorOptions?.code === "commander.excessArguments" && meant !== undefined;
    return super.error(isExcess ? `${message}\n(Did you mean ${meant.long}?)` : message, errorOptions);
  }
}
