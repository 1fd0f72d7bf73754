import { setTimeout as sleep } from "node:timers/promises";
import { cliCommand } from "../terminal/cli-command.ts";
import { runOnTerminal, type CommandContext } from "../terminal/command-context.ts";
import { findPlace } from "../pulumi/deployed-stack.ts";
import { exitCodes } from "../process/exit-codes.ts";
import { queryStatus, type Place } from "../status/query-status.ts";
import { isHealthy, type Status } from "../status/stack-status.ts";
import { formatStatus } from "../status/status-text.ts";

/** Milliseconds between two status queries. */
const refreshIntervalMs = 2000;
/** Escape codes that clear the screen and move the cursor to its top. */
const clear = "\u001b[2J\u001b[H";

/** Options of `npm run status`. */
export interface StatusOptions {
  /** Whether to print the status as JSON. */
  readonly json: boolean;
  /** Whether to show the status repeatedly, until Ctrl-C. */
  readonly watch: boolean;
}

export const command = cliCommand("status", {
  summary: "Show the state of the stack.",
  description:
    "Shows the pods, the database, the autoscaler and the URL. Exits with 1 if something needs a fix.",
  examples: ["npm run status", "npm run status -- --watch", "npm run status -- --json"],
})
  .option("--json", "Print JSON, for programs.", false)
  .option("--watch", "Refresh every 2 seconds, until Ctrl-C.", false)
  .action(async (options: StatusOptions) => {
    await runOnTerminal((context) => status(options, context));
  });

/**
 * Shows the state of the stack on one screen.
 * @returns the exit code: `failed` if something needs a fix
 * @throws {UserError} there is no stack, or its cluster doesn't answer
 */
export async function status(options: StatusOptions, context: CommandContext): Promise<number> {
  const place = await findPlace(context);
  const form = options.json ? formatJson : formatStatus;
  if (options.watch) await watch(place, form, context.print);
  const found = await queryStatus(place);
  context.print(form(found));
  return isHealthy(found) ? exitCodes.ok : exitCodes.failed;
}

/** Retries if the cluster is temporarily unavailable. */
async function watch(
  place: Place,
  form: (found: Status) => string,
  print: CommandContext["print"],
): Promise<never> {
  for (;;) {
    const text = await queryStatus(place).then(form, (error: unknown) => (error as Error).message);
    print(clear + text);
    await sleep(refreshIntervalMs);
  }
}

function formatJson(found: Status): string {
  return JSON.stringify(found, undefined, 2);
}
