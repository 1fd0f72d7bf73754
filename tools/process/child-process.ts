import { execFile, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { promisify, stripVTControlCharacters } from "node:util";
import { InterruptedError, ProgramError, UserError } from "./user-error.ts";

const execute = promisify(execFile);

/** Variables to set for a program. `undefined` removes a variable. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Options for running a program. */
export interface RunOptions {
  /** Added to this process' environment. @default nothing */
  readonly env?: Environment;
  /** Working folder. @default this process' folder */
  readonly cwd?: string;
  /** Standard input of the program. @default empty */
  readonly input?: string;
  /** Limit in milliseconds. @default 10 seconds for {@link tryRun} */
  readonly timeoutMs?: number;
  /** Kills the program of {@link tryRun}. @default it ends by itself */
  readonly signal?: AbortSignal | undefined;
}

/** The result of {@link tryRun}. */
export type RunResult =
  | { readonly kind: "ok"; readonly stdout: string }
  /** The program is not on PATH. */
  | { readonly kind: "absent" }
  /** The program failed or timed out. `stdout` has its output until then. */
  | { readonly kind: "failed"; readonly stdout: string; readonly message: string };

/** Default limit for a query, in milliseconds. */
export const defaultTimeoutMs = 10_000;

/** Size limit of an output, in bytes. The state of a large stack has several megabytes. */
const maxOutputBytes = 64 * 1024 ** 2;

/** Runs a query that changes nothing. Never throws, and never takes longer than `timeoutMs`. */
export async function tryRun(
  program: string,
  args: readonly string[],
  { env, cwd, timeoutMs = defaultTimeoutMs, signal }: RunOptions = {},
): Promise<RunResult> {
  try {
    const limits = { timeout: timeoutMs, killSignal: "SIGKILL", maxBuffer: maxOutputBytes } as const;
    const options = { env: { ...process.env, ...env }, cwd, signal, ...limits };
    return { kind: "ok", stdout: (await execute(program, args, options)).stdout };
  } catch (error) {
    const failure = error as Error & { code?: unknown; killed?: boolean; stdout?: string; stderr?: string };
    if (failure.code === "ENOENT") return { kind: "absent" };
    const stderrText = failure.stderr?.trim() ?? "";
    const timeoutMessage = `${program} did not answer within ${timeoutMs / 1000} s`;
    const message =
      failure.killed === true ? timeoutMessage : stderrText === "" ? failure.message : stderrText;
    return { kind: "failed", stdout: failure.stdout ?? "", message };
  }
}

/**
 * Like {@link tryRun}, but throws if the program fails.
 * @throws {UserError} the program is not on PATH, or its error message
 */
export async function runOrThrow(
  program: string,
  args: readonly string[],
  run?: RunOptions,
): Promise<string> {
  const answer = await tryRun(program, args, run);
  if (answer.kind === "ok") return answer.stdout;
  const why = answer.kind === "absent" ? `${program} is not on PATH` : answer.message;
  throw new UserError(`${program} ${args.join(" ")}: ${why}`);
}

/**
 * Runs a program without a time limit and without terminal input. After Ctrl-C, which reaches the program too, waits
 * for its orderly end. Without a reader for its output, Pulumi would die at once and leave its lock.
 * @param say receives each line of output, without colors
 * @returns all lines of output, without colors
 * @throws {ProgramError} the program failed
 * @throws {InterruptedError} after Ctrl-C
 */
export async function runWithProgress(
  program: string,
  args: readonly string[],
  { env, cwd, input }: Omit<RunOptions, "timeout" | "signal">,
  say: (line: string) => void,
): Promise<readonly string[]> {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    cwd,
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  // If the program ends before it has read all input, its own message explains why.
  child.stdin?.on("error", () => undefined).end(input);
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr].filter((pipe) => pipe !== null)) {
    createInterface(stream).on("line", (text) => {
      // Programs on a cluster's node print colors even into a pipe.
      const line = stripVTControlCharacters(text);
      lines.push(line);
      if (line.trim() !== "") say(line);
    });
  }
  const { interrupted, failure } = await untilEnd(child, () => {
    say(`interrupted: waiting for ${program} to stop`);
  });
  if (interrupted) throw new InterruptedError("Interrupted. To continue, run the command again.");
  if (failure !== undefined) throw new ProgramError(lines, `${program} ${args.join(" ")}: ${failure}`);
  return lines;
}

/** How a program ended. */
export interface ProcessEnd {
  /** Whether the user pressed Ctrl-C while the program ran. */
  readonly interrupted: boolean;
  /** The signal or exit code of a failed program. Undefined after exit code 0. */
  readonly failure: string | undefined;
}

/** Waits until a program ends, even after Ctrl-C. */
export async function untilEnd(child: ChildProcess, onInterrupt: () => void): Promise<ProcessEnd> {
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
    onInterrupt();
  };
  process.on("SIGINT", interrupt);
  const failure = await new Promise<string | undefined>((resolve) => {
    child.on("error", ({ message }) => {
      resolve(message);
    });
    child.on("close", (code, signal) => {
      resolve(code === 0 ? undefined : `ended with ${signal ?? `code ${code ?? "unknown"}`}`);
    });
  });
  process.off("SIGINT", interrupt);
  return { interrupted, failure: failure };
}

/**
 * Runs a program on this terminal until the program ends.
 * @returns the program's exit code
 */
export function runInForeground(
  program: string,
  args: readonly string[],
  { env, cwd }: Omit<RunOptions, "timeout" | "signal"> = {},
): number {
  const { status, error } = spawnSync(program, args, {
    stdio: "inherit",
    cwd,
    env: { ...process.env, ...env },
  });
  const absent = (error as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
  if (absent) console.error(`${program} is not on PATH. To see how to install it, run: npm run doctor`);
  else if (error !== undefined) console.error(error.message);
  return status ?? 1;
}
