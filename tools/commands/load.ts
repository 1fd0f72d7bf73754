import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Option } from "commander";
import { loadOptions, type LoadFlags } from "../load/load-options.ts";
import { findingLines, measureLoad } from "../load/measure-load.ts";
import { mixes } from "../load/request-mix.ts";
import { explainSystemErrors } from "../process/user-error.ts";
import { cliCommand, wholeNumber } from "../terminal/cli-command.ts";
import { runOnTerminal, type CommandContext } from "../terminal/command-context.ts";

/** Requests/s: the autoscaler wants more than three pods, and a machine with two CPUs keeps part of them free. */
const defaultRate = 300;

/** The options for {@link LoadFlags}. */
export function loadFlags(): Option[] {
  return [
    new Option("--seconds <seconds>", "Length of the load in seconds: 1 to 1800.")
      .argParser(wholeNumber(1, 1800))
      .default(120),
    new Option(
      "--rate <requests>",
      "Requests per second, sent whether or not earlier ones are answered: 1 to 20000.",
    )
      .argParser(wholeNumber(1, 20_000))
      .default(defaultRate)
      .conflicts("clients"),
    new Option(
      "--clients <clients>",
      "Clients that wait for each answer, instead of --rate: 1 to 500. (default: none)",
    ).argParser(wholeNumber(1, 500)),
    new Option("--mix <mix>", "Which requests are sent.").choices(Object.keys(mixes)).default("mixed"),
    new Option(
      "--wait <seconds>",
      "After the load, wait up to this many seconds for the pods to return to their minimum: 0 to 3600.",
    )
      .argParser(wholeNumber(0, 3600))
      .default(600),
  ];
}

export const command = cliCommand("load", {
  summary: "Load the running service, and show how the autoscaler reacts.",
  description:
    "Sends requests to the running service, and shows how the autoscaler reacts. Deletes its documents afterwards, and " +
    "draws .load/load.svg. Ctrl-C ends the load early.",
  examples: ["npm run load", "npm run load -- --clients 64 --seconds 600"],
});
for (const flag of loadFlags()) command.addOption(flag);
command.action(async (flags: LoadFlags) => {
  const signal = abortOnInterrupt();
  await runOnTerminal((context) => load(flags, context, signal));
});

/** Aborts at the first Ctrl-C. A second Ctrl-C ends this process at once. */
export function abortOnInterrupt(): AbortSignal {
  const stopping = new AbortController();
  process.once("SIGINT", () => {
    stopping.abort();
  });
  return stopping.signal;
}

/**
 * Sends a load to the running service, prints the autoscaler's reaction, and draws a chart.
 * @param signal ends the load early
 * @throws {UserError} a problem, in one sentence, or the output of a failed program
 */
export async function load(
  flags: LoadFlags,
  context: CommandContext,
  signal: AbortSignal,
): Promise<undefined> {
  const { findings, picture } = await measureLoad(loadOptions(flags), context, signal);
  const file = join(context.project.folder, ".load/load.svg");
  await explainSystemErrors(`write ${file}`, async () => {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, picture);
  });
  context.print(`\n${findingLines([...findings, ["picture", file]])}`);
}
