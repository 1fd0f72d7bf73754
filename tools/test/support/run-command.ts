import { backup } from "../../commands/backup.ts";
import { exitCode, type CommandContext } from "../../terminal/command-context.ts";
import { down } from "../../commands/down.ts";
import { load } from "../../commands/load.ts";
import { restore } from "../../commands/restore.ts";
import { rotatePassword } from "../../commands/rotate-password.ts";
import { silentStep } from "../../terminal/steps.ts";
import { up } from "../../commands/up.ts";
import type { Machine } from "./fake-machine.ts";

/** What came of a command. */
export interface Outcome {
  readonly code: number;
  /** All that it printed. */
  readonly text: string;
}

/** `npm run up`, which waits for the URL no longer than a moment. */
export async function runUp(machine: Machine): Promise<Outcome> {
  return await run(machine, up);
}

/** `npm run down`. */
export async function runDown(machine: Machine, ...args: string[]): Promise<Outcome> {
  return await run(machine, (context) => down(args, context));
}

/** `npm run backup`. */
export async function runBackup(machine: Machine, ...args: string[]): Promise<Outcome> {
  return await run(machine, (context) => backup(args, context));
}

/** `npm run restore`. */
export async function runRestore(machine: Machine, ...args: string[]): Promise<Outcome> {
  return await run(machine, (context) => restore(args, context));
}

/** `npm run rotate-password`. */
export async function runRotatePassword(machine: Machine): Promise<Outcome> {
  return await run(machine, rotatePassword);
}

/** `npm run load`, until its end or that of the signal. */
export async function runLoad(
  machine: Machine,
  args: readonly string[],
  signal = new AbortController().signal,
): Promise<Outcome> {
  return await run(machine, (context) => load(args, context, signal));
}

async function run(
  { project, releases }: Machine,
  command: (context: CommandContext) => Promise<void>,
): Promise<Outcome> {
  const printed: string[] = [];
  const print = (text: string) => void printed.push(text);
  const code = await exitCode({ project, releases, step: silentStep, print, patience: 50 }, command);
  return { code, text: printed.join("\n").trim() };
}
