import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { kubectl } from "../kubernetes/kubectl.ts";
import { untilEnd } from "../process/child-process.ts";
import { UserError } from "../process/user-error.ts";
import type { Mongodb } from "./mongodb-pod.ts";

/** The ends of a program's streams that are here. */
export interface Talk {
  readonly stdin: Writable;
  readonly stdout: Readable;
}

/** What came of a program. */
export interface Outcome<T> {
  readonly value: T;
  /** The last lines that it wrote to stderr. */
  readonly lines: readonly string[];
}

/** Where a program in the pod finds `{ "password": … }`: no other process is shown it, as it would be an argument. */
export const passwordFile = "/dev/fd/3";

// The password is the first line of stdin; the rest is the program's. MongoDB has the container's memory: what Go
// takes beside it is to stay small.
const withPassword = `IFS= read -r password; exec 3< <(printf '%s\\n' "$password"); GOMEMLIMIT=64MiB exec "$@"`;

/**
 * Runs a program beside MongoDB, in its container.
 * @param talk reads its stdout and writes its stdin, to their ends
 * @throws {UserError} what the program said when it failed, or that it was interrupted
 * @throws {Error} what `talk` did
 */
export async function inPod<T>(
  { profile, namespace, pod, password }: Mongodb,
  program: readonly [string, ...string[]],
  talk: (streams: Talk) => Promise<T>,
): Promise<Outcome<T>> {
  const exec = ["exec", "--stdin", "--namespace", namespace, pod, "--container", "mongodb", "--"];
  const command = kubectl(profile, [...exec, "bash", "-c", withPassword, "bash", ...program]);
  const child = spawn(command.program, command.args, { stdio: "pipe" });
  const lines: string[] = [];
  createInterface(child.stderr).on("line", (line) => {
    lines.push(line.replaceAll(password, "…"));
    if (lines.length > 20) lines.shift();
  });
  // A program that ends before it has read everything says why itself.
  child.stdin.on("error", () => undefined);
  child.stdin.write(`${JSON.stringify({ password })}\n`);
  const talked = talk(child).then(
    (value) => ({ value }),
    (error: unknown) => {
      child.kill();
      return { error };
    },
  );
  const [{ interrupted, fault }, result] = await Promise.all([untilEnd(child, () => child.kill()), talked]);
  if (interrupted) throw new UserError("Interrupted.");
  if ("error" in result && !isBroken(result.error)) throw result.error;
  if (fault !== undefined)
    throw new UserError([...lines, `${program[0]} in the pod ${pod}: ${fault}`].join("\n"));
  if ("error" in result) throw new UserError(`${program[0]} in the pod ${pod}: the connection was cut.`);
  return { value: result.value, lines };
}

/** Whether the other end is gone, which is not the reason of anything. */
function isBroken(error: unknown): boolean {
  const { code = "" } = error as NodeJS.ErrnoException;
  return ["EPIPE", "ECONNRESET", "ERR_STREAM_PREMATURE_CLOSE", "ERR_STREAM_DESTROYED"].includes(code);
}
