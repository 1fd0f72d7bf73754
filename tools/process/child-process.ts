import { execFile, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { InterruptedError, UserError } from "./user-error.ts";

const execute = promisify(execFile);

/** Variables that are set for a program, or with undefined taken away. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How a program is run. */
export interface Run {
  /** @default what this process has */
  readonly env?: Environment;
  /** @default this process' folder */
  readonly cwd?: string;
  /** What it reads from its standard input. @default nothing */
  readonly input?: string;
  /** How long it may take, in milliseconds. @default 10 seconds for a question */
  readonly timeout?: number;
  /** Kills a program that is asked. @default it ends by itself */
  readonly signal?: AbortSignal | undefined;
}

/** What came of a question to a program. */
export type Answer =
  | { readonly kind: "ok"; readonly stdout: string }
  /** The program is not on PATH. */
  | { readonly kind: "absent" }
  /** It failed, or did not answer in time; `stdout` is what it said all the same. */
  | { readonly kind: "failed"; readonly stdout: string; readonly message: string };

/** How long a program may think about a question, in milliseconds. */
export const patience = 10_000;

/** Bytes that an answer may have: the state of a large stack has several megabytes. */
const maxAnswer = 64 * 1024 ** 2;

/** Asks a program something that changes nothing. Never throws, and never takes longer than `timeout` (ms). */
export async function ask(
  program: string,
  args: readonly string[],
  { env, cwd, timeout = patience, signal }: Run = {},
): Promise<Answer> {
  try {
    const limits = { timeout, killSignal: "SIGKILL", maxBuffer: maxAnswer } as const;
    const options = { env: { ...process.env, ...env }, cwd, signal, ...limits };
    return { kind: "ok", stdout: (await execute(program, args, options)).stdout };
  } catch (error) {
    const failure = error as Error & { code?: unknown; killed?: boolean; stdout?: string; stderr?: string };
    if (failure.code === "ENOENT") return { kind: "absent" };
    const said = failure.stderr?.trim() ?? "";
    const late = `${program} did not answer within ${timeout / 1000} s`;
    const message = failure.killed === true ? late : said === "" ? failure.message : said;
    return { kind: "failed", stdout: failure.stdout ?? "", message };
  }
}

/**
 * Asks for what must be answered.
 * @throws {UserError} the program is not on PATH, or what it said when it failed
 */
export async function mustAsk(program: string, args: readonly string[], run?: Run): Promise<string> {
  const answer = await ask(program, args, run);
  if (answer.kind === "ok") return answer.stdout;
  const why = answer.kind === "absent" ? `${program} is not on PATH` : answer.message;
  throw new UserError(`${program} ${args.join(" ")}: ${why}`);
}

/**
 * Lets a program work as long as it takes. It has no terminal to ask questions on. Ctrl-C reaches it, too, and it is
 * left to end in order: a Pulumi whose output nobody reads any more would die at once and leave its lock.
 * @param say gets each line that it prints
 * @returns these lines
 * @throws {UserError} all of them, when it failed
 * @throws {InterruptedError} after Ctrl-C
 */
export async function work(
  program: string,
  args: readonly string[],
  { env, cwd, input }: Omit<Run, "timeout" | "signal">,
  say: (line: string) => void,
): Promise<readonly string[]> {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    cwd,
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  // A program that ends before it has read all says why itself.
  child.stdin?.on("error", () => undefined).end(input);
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr].filter((pipe) => pipe !== null)) {
    createInterface(stream).on("line", (line) => {
      lines.push(line);
      if (line.trim() !== "") say(line);
    });
  }
  const { interrupted, fault } = await untilEnd(child, () => {
    say(`interrupted: ${program} ends what it has begun`);
  });
  if (interrupted)
    throw new InterruptedError("Interrupted. It may run again at any point, and goes on from here.");
  if (fault !== undefined) {
    throw new UserError([...lines, `${program} ${args.join(" ")}: ${fault}`].join("\n"));
  }
  return lines;
}

/** How a program ended. */
export interface End {
  /** Whether Ctrl-C was pressed meanwhile. */
  readonly interrupted: boolean;
  /** What is wrong with its end, or undefined where it ended with 0. */
  readonly fault: string | undefined;
}

/** Waits for a program to end, also after Ctrl-C. */
export async function untilEnd(child: ChildProcess, onInterrupt: () => void): Promise<End> {
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
    onInterrupt();
  };
  process.on("SIGINT", interrupt);
  const fault = await new Promise<string | undefined>((resolve) => {
    child.on("error", ({ message }) => {
      resolve(message);
    });
    child.on("close", (code, signal) => {
      resolve(code === 0 ? undefined : `ended with ${signal ?? `code ${code ?? "unknown"}`}`);
    });
  });
  process.off("SIGINT", interrupt);
  return { interrupted, fault };
}

/**
 * Gives this terminal to a program until it ends.
 * @returns its exit code
 */
export function handOver(
  program: string,
  args: readonly string[],
  { env, cwd }: Omit<Run, "timeout" | "signal"> = {},
): number {
  const { status, error } = spawnSync(program, args, {
    stdio: "inherit",
    cwd,
    env: { ...process.env, ...env },
  });
  const absent = (error as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
  if (absent) console.error(`${program} is not on PATH. How to get it says: npm run doctor`);
  else if (error !== undefined) console.error(error.message);
  return status ?? 1;
}
