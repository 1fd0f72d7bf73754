import { parseArgs } from "node:util";
import { exitCode, onTerminal, type Tools } from "../terminal/command-context.ts";
import { followLogs, printLogs } from "../logs/print-logs.ts";
import { findPlace } from "../pulumi/deployed-stack.ts";
import { Fault } from "../process/child-process.ts";

interface Options {
  readonly follow: boolean;
  /** Lines of each pod that were there before. */
  readonly tail: number;
}

/**
 * `npm run logs`: what all pods of the service say, in one stream, for people to read; new pods join. `--no-follow` ends
 * with what was said, `--tail N` says how much of it (20 lines of each pod).
 * @throws {Error} one sentence
 */
export async function logs(
  args: readonly string[],
  tools: Tools,
  stop: AbortSignal = new AbortController().signal,
): Promise<void> {
  const { follow, tail } = readOptions(args);
  const place = await findPlace(tools);
  await (follow ? followLogs(place, tail, tools.print, stop) : printLogs(place, tail, tools.print));
}

function readOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { follow: { type: "boolean", default: true }, tail: { type: "string", default: "20" } },
      allowNegative: true,
    });
    if (!/^\d{1,6}$/.test(values.tail)) throw new Error(`--tail is a number of lines, not "${values.tail}".`);
    return { follow: values.follow, tail: Number(values.tail) };
  } catch (error) {
    throw new Fault(`${(error as Error).message} logs knows --no-follow and --tail N.`, { cause: error });
  }
}

if (import.meta.main) {
  // Ctrl-C is how one leaves: it is no fault.
  process.on("SIGINT", () => process.exit(0));
  process.exitCode = await exitCode(onTerminal(), (tools) => logs(process.argv.slice(2), tools));
}
