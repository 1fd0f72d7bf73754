import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs, styleText } from "node:util";
import type { ChildProcess } from "node:child_process";
import { exitCode, terminalContext, type CommandContext } from "../terminal/command-context.ts";
import { readableLine } from "../logs/log-line.ts";
import { inOrder } from "../logs/merge-lines.ts";
import { loggingPods, readLog, type Excerpt } from "../logs/pod-logs.ts";
import { findPlace } from "../pulumi/deployed-stack.ts";
import { UserError } from "../process/user-error.ts";
import type { Place } from "../status/query-status.ts";

/** Milliseconds between two looks for pods that are new. */
const pause = 2000;
const colors = ["cyan", "magenta", "green", "blue", "yellow"] as const;

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
  context: CommandContext,
  stop: AbortSignal = new AbortController().signal,
): Promise<void> {
  const options = readOptions(args);
  const place = await findPlace(context);
  await (options.follow
    ? follow(place, options, context.print, stop)
    : printOnce(place, options, context.print));
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
    throw new UserError(`${(error as Error).message} logs knows --no-follow and --tail N.`, { cause: error });
  }
}

async function printOnce(place: Place, { tail }: Options, print: CommandContext["print"]): Promise<void> {
  const order = inOrder(print);
  const say = speaker(order.add);
  const pods = await loggingPods(place);
  if (pods.length === 0) throw new UserError("No pod of the service has begun. See why: npm run status");
  await Promise.all(pods.map(({ name }) => readLog(place, name, { follow: false, tail }, say(name)).ended));
  order.end();
}

async function follow(
  place: Place,
  { tail }: Options,
  print: CommandContext["print"],
  stop: AbortSignal,
): Promise<void> {
  const order = inOrder(print);
  const say = speaker(order.add);
  const children = new Set<ChildProcess>();
  /** How often each pod had begun when it was last heard. */
  const heard = new Map<string, number>();
  const reading = new Set<string>();
  let excerpt: Excerpt = { follow: true, tail };

  while (!stop.aborted) {
    // A cluster that is away for a while is asked again.
    const pods = await loggingPods(place).catch(() => []);
    for (const { name, starts } of pods) {
      if (reading.has(name)) continue;
      reading.add(name);
      // A connection that was cut goes on where it was; what begins anew is heard from its beginning.
      const again = heard.get(name) === starts ? { follow: true, since: pause / 1000 } : excerpt;
      heard.set(name, starts);
      const { child, ended } = readLog(place, name, again, say(name));
      children.add(child);
      void ended.then(() => {
        reading.delete(name);
        children.delete(child);
      });
    }
    excerpt = { follow: true };
    await sleep(pause, undefined, { signal: stop }).catch(() => undefined);
  }
  for (const child of children) child.kill();
  order.end();
}

/** Gives each pod a colour, and each of its lines its name and its time. */
function speaker(add: (time: number, line: string) => void): (pod: string) => (line: string) => void {
  const known = new Map<string, string>();
  return function say(pod) {
    // The last part tells pods of one Deployment apart.
    const short = pod.slice(pod.lastIndexOf("-") + 1);
    const color = colors[known.size % colors.length] ?? "cyan";
    if (!known.has(pod)) known.set(pod, styleText(color, short));
    const name = known.get(pod) ?? short;
    return (line) => {
      add(timeOf(line), `${name} ${readableLine(line)}`);
    };
  };
}

/** What is no line of the service's log has the time of its arrival. */
function timeOf(line: string): number {
  const [, time] = /"time":(\d+)/.exec(line) ?? [];
  return time === undefined ? Date.now() : Number(time);
}

if (import.meta.main) {
  // Ctrl-C is how one leaves: it is no fault.
  process.on("SIGINT", () => process.exit(0));
  process.exitCode = await exitCode(terminalContext(), (context) => logs(process.argv.slice(2), context));
}
