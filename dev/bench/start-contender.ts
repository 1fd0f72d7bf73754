import { fork, spawn, type ChildProcess, type ForkOptions } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../service/dev/free-port.ts";
import { UserError } from "../../tools/process/user-error.ts";
import type { Contender } from "./contenders.ts";
import { otherCpus } from "./pinned-cpus.ts";
import type { Load, Measurement } from "./bench-load.ts";
import type { Name } from "./server-names.ts";

/** A running contender. */
export interface Running {
  readonly name: Name;
  readonly pid: number;
  readonly url: string;
  /** Milliseconds from the start of its process to its first answer from the database. */
  readonly startTimeMs: number;
  close(): Promise<void>;
}

/** Timeout of a contender's start, in milliseconds. */
const startTimeoutMs = 60_000;

/**
 * Starts a contender on a free port.
 * @param cpus prefix of its command. @default all CPUs
 * @throws {UserError} no answer in time
 */
export async function start(
  { name, command, env }: Contender,
  mongodbUri: string,
  cpus: readonly string[] = [],
): Promise<Running> {
  const port = await freePort();
  const [program = "", ...args] = [...cpus, ...command];
  const began = performance.now();
  const child = spawn(program, args, {
    env: {
      ...process.env,
      PORT: String(port),
      HOST: "127.0.0.1",
      MONGODB_URI: mongodbUri,
      NODE_ENV: "production",
      GUNICORN_CMD_ARGS: `--bind=127.0.0.1:${port}`,
      ...env,
    },
    stdio: ["ignore", "ignore", "inherit"],
    // In its own process group, because some servers leave their workers behind when they are killed.
    detached: true,
  });
  const close = () => endGroup(child);
  const url = `http://127.0.0.1:${port}`;
  groups.add(child);
  try {
    await untilAnswered(`${url}/data`, child);
  } catch (error) {
    await close();
    throw new UserError(`${name}: ${(error as Error).message}`, { cause: error });
  }
  return { name, pid: child.pid ?? 0, url, startTimeMs: performance.now() - began, close };
}

async function untilAnswered(url: string, child: ChildProcess): Promise<void> {
  const last = performance.now() + startTimeoutMs;
  while (performance.now() < last) {
    if (child.exitCode !== null) throw new UserError(`ended with exit code ${child.exitCode}`);
    const status = await fetch(url).then(
      async (response) => (await response.text(), response.status),
      () => 0,
    );
    if (status === 200) return;
    await sleep(3);
  }
  throw new UserError(`no answer within ${startTimeoutMs / 1000} s`);
}

const groups = new Set<ChildProcess>();

// A terminal's Ctrl-C does not reach the servers' process groups.
process.on("exit", () => {
  groups.forEach(killGroup);
});

async function endGroup(child: ChildProcess): Promise<void> {
  groups.delete(child);
  if (killGroup(child)) await once(child, "exit");
}

/** Kills the process group. Returns false if the process has already ended. */
function killGroup({ pid, exitCode, signalCode }: ChildProcess): boolean {
  if (pid === undefined || exitCode !== null || signalCode !== null) return false;
  return process.kill(-pid, "SIGKILL");
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** Starts the canned database in a separate process. */
export async function startCanned(): Promise<{ readonly uri: string; close(): Promise<void> }> {
  const child = fork(join(import.meta.dirname, "canned-mongodb.ts"), options(otherCpus));
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  return { uri: `mongodb://127.0.0.1:${port}/app`, close: () => end(child) };
}

/** Options of `fork` for Node with a prefix of its command. */
function options([program, ...args]: readonly string[]): ForkOptions {
  return program === undefined ? {} : { execPath: program, execArgv: [...args, process.execPath] };
}

/** A load client in a separate process. */
export interface Client {
  measure(load: Load): Promise<Measurement>;
  close(): Promise<void>;
}

/**
 * Starts a load client.
 * @param cpus prefix of its command. @default all CPUs
 */
export function startClient(cpus: readonly string[] = []): Client {
  const child = fork(join(import.meta.dirname, "bench-load.ts"), options(cpus));
  return {
    async measure(load) {
      child.send(load);
      const [answer] = (await once(child, "message")) as [{ measurement?: Measurement; error?: string }];
      if (answer.measurement === undefined) throw new UserError(answer.error);
      return answer.measurement;
    },
    close: () => end(child),
  };
}
