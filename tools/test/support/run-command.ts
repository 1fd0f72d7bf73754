import { backup, type BackupOptions } from "../../commands/backup.ts";
import { runInContext, type CommandContext, type RunCommand } from "../../terminal/command-context.ts";
import { down, type DownOptions } from "../../commands/down.ts";
import { load } from "../../commands/load.ts";
import type { LoadFlags } from "../../load/load-options.ts";
import { restore } from "../../commands/restore.ts";
import { rotatePassword } from "../../commands/rotate-password.ts";
import { silentStep } from "../../terminal/steps.ts";
import { up } from "../../commands/up.ts";
import type { Machine } from "./fake-machine.ts";

/** The result of a command. */
export interface CommandResult {
  readonly code: number;
  /** Everything that the command printed. */
  readonly text: string;
}

/** Runs `npm run up`, with a short wait for the URL. */
export async function runUp(machine: Machine): Promise<CommandResult> {
  return await runOn(machine, up);
}

/**
 * Runs `npm run up` in a pipe: its steps print each line. Returns the errors apart.
 * @param onLine called with each line, when it is printed
 */
export async function runUpInPipe(
  machine: Machine,
  onLine: (line: string) => void = () => undefined,
): Promise<CommandResult & { readonly errors: string }> {
  const [printed, errors]: [string[], string[]] = [[], []];
  const print = (text: string) => {
    printed.push(text);
    onLine(text);
  };
  const context: CommandContext = {
    ...contextOf(machine, print),
    printsProgress: true,
    step: async (_title, work) => await work({ say: print, title: () => undefined }),
    printError: (text) => void errors.push(text),
  };
  const code = await runInContext(up, context);
  return { code, text: printed.join("\n"), errors: errors.join("\n").trim() };
}

/** Runs `npm run down`. */
export async function runDown(machine: Machine, options: Partial<DownOptions> = {}): Promise<CommandResult> {
  return await runOn(machine, (context) => down({ cluster: false, ...options }, context));
}

/** Runs `npm run backup`. */
export async function runBackup(
  machine: Machine,
  options: Partial<BackupOptions> = {},
): Promise<CommandResult> {
  return await runOn(machine, (context) => backup({ force: false, ...options }, context));
}

/** Runs `npm run restore`. */
export async function runRestore(machine: Machine, file: string, drop = false): Promise<CommandResult> {
  return await runOn(machine, (context) => restore({ file, drop }, context));
}

/** Runs `npm run rotate-password`. */
export async function runRotatePassword(machine: Machine): Promise<CommandResult> {
  return await runOn(machine, rotatePassword);
}

/** Runs `npm run load` until its end, or until the signal aborts. */
export async function runLoad(
  machine: Machine,
  flags: Partial<LoadFlags>,
  signal = new AbortController().signal,
): Promise<CommandResult> {
  const defaults: LoadFlags = { seconds: 120, rate: 300, mix: "mixed", wait: 600 };
  return await runOn(machine, (context) => load({ ...defaults, ...flags }, context, signal));
}

/** Runs a command on a machine. */
export async function runOn(machine: Machine, command: RunCommand): Promise<CommandResult> {
  const printed: string[] = [];
  const code = await runInContext(
    command,
    contextOf(machine, (text) => printed.push(text)),
  );
  return { code, text: printed.join("\n").trim() };
}

/** A context whose steps print nothing. `print` receives errors, too. @default discards the output */
export function contextOf(
  { project, releases }: Machine,
  print: (text: string) => void = () => undefined,
): CommandContext {
  return {
    project,
    releases,
    step: silentStep,
    print,
    printError: print,
    printsProgress: false,
    urlTimeoutMs: 50,
  };
}
