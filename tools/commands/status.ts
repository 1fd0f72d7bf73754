import { setTimeout as sleep } from "node:timers/promises";
import { exitCode, terminalContext, type CommandContext } from "../terminal/command-context.ts";
import { findPlace } from "../pulumi/deployed-stack.ts";
import { UserError } from "../process/user-error.ts";
import { askStatus, type Place } from "../status/query-status.ts";
import { isWell, type Status } from "../status/stack-status.ts";
import { inWords } from "../status/status-text.ts";

/** Milliseconds between two looks. */
const pause = 2000;
/** Empties the screen, and goes to its beginning. */
const clear = "\u001b[2J\u001b[H";

/**
 * `npm run status`: how the stack is, on one screen; `--json` for programs, `--watch` again and again until Ctrl-C.
 * @returns the exit code: 1 when something is not as it should be
 */
export async function status(args: readonly string[], context: CommandContext): Promise<number> {
  const found = { well: true };
  const code = await exitCode(context, async () => {
    found.well = await show(args, context);
  });
  return found.well ? code : 1;
}

async function show(args: readonly string[], context: CommandContext): Promise<boolean> {
  const unknown = args.find((arg) => !["--json", "--watch"].includes(arg));
  if (unknown !== undefined) throw new UserError(`status knows --json and --watch, not ${unknown}.`);
  const place = await findPlace(context);
  const form = args.includes("--json") ? inJson : inWords;
  if (args.includes("--watch")) await watch(place, form, context.print);
  const found = await askStatus(place);
  context.print(form(found));
  return isWell(found);
}

/** A cluster that is away for a while is looked at again. */
async function watch(
  place: Place,
  form: (found: Status) => string,
  print: CommandContext["print"],
): Promise<never> {
  for (;;) {
    const text = await askStatus(place).then(form, (error: unknown) => (error as Error).message);
    print(clear + text);
    await sleep(pause);
  }
}

function inJson(found: Status): string {
  return JSON.stringify(found, undefined, 2);
}

if (import.meta.main) process.exitCode = await status(process.argv.slice(2), terminalContext());
