import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** A sentence for the person at the terminal: what is wrong, and what mends it. */
export class Fault extends Error {}

/** Variables that are set for a program, or with undefined taken away. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How a program is run. */
export interface Run {
  /** @default what this process has */
  readonly env?: Environment;
  /** @default this process' folder */
  readonly cwd?: string;
  /** How long it may take, in milliseconds. @default 10 seconds for a question */
  readonly timeout?: number;
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

/** Asks a program something that changes nothing. Never throws, and never takes longer than `timeout` (ms). */
export async function ask(
  program: string,
  args: readonly string[],
  { env, cwd, timeout = patience }: Run = {},
): Promise<Answer> {
  try {
    const options = { env: { ...process.env, ...env }, cwd, timeout, killSignal: "SIGKILL" } as const;
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
 * @throws {Fault} the program is not on PATH, or what it said when it failed
 */
export async function mustAsk(program: string, args: readonly string[], run?: Run): Promise<string> {
  const answer = await ask(program, args, run);
  if (answer.kind === "ok") return answer.stdout;
  const why = answer.kind === "absent" ? `${program} is not on PATH` : answer.message;
  throw new Fault(`${program} ${args.join(" ")}: ${why}`);
}

/**
 * Lets a program work as long as it takes. It has no terminal to ask questions on.
 * @param say gets each line that it prints
 * @throws {Fault} all that it printed, when it failed
 */
export async function work(
  program: string,
  args: readonly string[],
  { env, cwd }: Omit<Run, "timeout">,
  say: (line: string) => void,
): Promise<void> {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on("line", (line) => {
      lines.push(line);
      if (line.trim() !== "") say(line);
    });
  }
  const ended = await new Promise<string | undefined>((resolve) => {
    child.on("error", ({ message }) => {
      resolve(message);
    });
    child.on("close", (code, signal) => {
      resolve(code === 0 ? undefined : `ended with ${signal ?? `code ${code ?? "unknown"}`}`);
    });
  });
  if (ended !== undefined) {
    throw new Fault([...lines, `${program} ${args.join(" ")}: ${ended}`].join("\n"));
  }
}
