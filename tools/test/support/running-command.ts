import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A running command of `tools/cli.ts`. It has its own process group, as on a terminal. */
export interface Running {
  /** Output so far, of both streams. */
  output(): string;
  /** Waits until the output matches. @default 60 s, because a first start may have to download MongoDB */
  prints(pattern: RegExp, seconds?: number): Promise<RegExpExecArray>;
  /** Presses Ctrl-C, unless the command has ended: sends SIGINT to every process of the group. */
  interrupt(): void;
  /** Stops every process of the group until {@link resume}. */
  pause(): void;
  /** Lets a paused group go on. */
  resume(): void;
  /** Kills its process group at once, as a power cut would. */
  kill(): void;
  /** Waits for the exit code. */
  exitCode(): Promise<number | null>;
}

/** Starts `tools/cli.ts NAME`, of this project or of a copy. Adds `env` to this process' environment. */
export function startProgram(
  name: string,
  env: NodeJS.ProcessEnv = {},
  args: readonly string[] = [],
  project = join(import.meta.dirname, "../../.."),
): Running {
  const child = spawn(process.execPath, [join(project, `tools/cli.ts`), name, ...args], {
    env: { ...process.env, ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const closed = once(child, "close") as Promise<[number | null]>;
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  // `detached` starts the child as the leader of its process group.
  const signal = (name: NodeJS.Signals) => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, name);
  };
  return {
    output: () => text,
    async prints(pattern, seconds = 60) {
      const end = Date.now() + seconds * 1000;
      while (Date.now() < end && child.exitCode === null) {
        const match = pattern.exec(text);
        if (match !== null) return match;
        await sleep(100);
      }
      throw new Error(`${name} never printed ${String(pattern)}:\n${text}`);
    },
    interrupt() {
      signal("SIGINT");
    },
    pause() {
      signal("SIGSTOP");
    },
    resume() {
      signal("SIGCONT");
    },
    kill() {
      signal("SIGKILL");
    },
    exitCode: async () => (await closed)[0],
  };
}
