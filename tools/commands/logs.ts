import { Option } from "commander";
import { followLogs, printLogs } from "../logs/print-logs.ts";
import { exitCodes } from "../process/exit-codes.ts";
import { findDeployed } from "../pulumi/deployed-stack.ts";
import { cliCommand, wholeNumber } from "../terminal/cli-command.ts";
import { runOnTerminal, type CommandContext } from "../terminal/command-context.ts";

/** Options of `npm run logs`. */
export interface LogsOptions {
  /** Whether to print new lines until Ctrl-C. */
  readonly follow: boolean;
  /** Number of earlier lines of each pod. */
  readonly tail: number;
}

export const command = cliCommand("logs", {
  summary: "Show the log of all pods of the service.",
  description: "Shows the log of all pods of the service in one stream, including pods that start later.",
  examples: ["npm run logs", "npm run logs -- --no-follow --tail 100"],
})
  .option("--follow", "Print new lines too, until Ctrl-C.", true)
  .option("--no-follow", "Print the existing lines, then exit.")
  .addOption(
    new Option("--tail <lines>", "Start with the last lines of each pod: 0 to 999999.")
      .argParser(wholeNumber(0, 999_999))
      .default(20),
  )
  .action(async (options: LogsOptions) => {
    // Users leave with Ctrl-C, so Ctrl-C is no error.
    process.on("SIGINT", () => process.exit(exitCodes.ok));
    await runOnTerminal((context) => logs(options, context));
  });

/**
 * Prints the logs of all pods of the service, merged by time.
 * @param stop ends the command. @default never
 * @throws {UserError} there is no stack, or nothing to print
 */
export async function logs(
  options: LogsOptions,
  context: CommandContext,
  stop: AbortSignal = new AbortController().signal,
): Promise<undefined> {
  const { follow, tail } = options;
  const place = await findDeployed(context);
  await (follow ? followLogs(place, tail, context.print, stop) : printLogs(place, tail, context.print));
}
