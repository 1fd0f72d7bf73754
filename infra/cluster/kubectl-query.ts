import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { RunError } from "@pulumi/pulumi/errors.js";

const run = promisify(execFile);

/** Milliseconds. An exec plugin of the kubeconfig, such as `aws eks get-token`, can take 10 s of it. */
const defaultTimeoutMs = 30_000;

/** What kubectl and an exec plugin print if no API server answers. What is not permitted, or not there, is an answer. */
const noAnswer =
  /unable to connect to the server|connection refused|was refused|i\/o timeout|no such host|handshake timeout|deadline exceeded|timed out|network is unreachable|no route to host|service unavailable|unable to handle the request|getting credentials/i;

/**
 * What Kubernetes says, or undefined where nobody can say: kubectl is not on PATH, may not ask for it, or prints what
 * can't be understood.
 * @param context the kubeconfig's current one where it is undefined
 * @param understand makes something of what kubectl prints, or throws. If kubectl may read only some of the kinds, it
 *   prints these
 * @param timeoutMs that it may take
 */
export async function kubectlSays<T>(
  context: string | undefined,
  args: readonly string[],
  understand: (output: string) => T,
  timeoutMs = defaultTimeoutMs,
): Promise<T | undefined> {
  return (await ask(context, args, understand, timeoutMs)).value;
}

/**
 * The same, where the resources depend on the answer: a cluster that does not answer now must not change them.
 * @throws {RunError} the cluster did not answer, and the command that shows why
 */
export async function requireAnswer<T>(
  context: string | undefined,
  args: readonly string[],
  understand: (output: string) => T,
  timeoutMs = defaultTimeoutMs,
): Promise<T | undefined> {
  const { value, failure } = await ask(context, args, understand, timeoutMs);
  if (failure === undefined) return value;
  const where = context === undefined ? "" : `--context ${context} `;
  throw new RunError(
    `The cluster does not answer: ${failure}. Nothing was changed. Run: kubectl ${where}get namespace kube-system`,
  );
}

interface Said<T> {
  readonly value?: T | undefined;
  /** Why the cluster did not answer. */
  readonly failure?: string;
}

async function ask<T>(
  context: string | undefined,
  args: readonly string[],
  understand: (output: string) => T,
  timeoutMs: number,
): Promise<Said<T>> {
  const where = context === undefined ? [] : ["--context", context];
  const parsed = (output: string): Said<T> => {
    try {
      return { value: understand(output) };
    } catch {
      return {};
    }
  };
  try {
    const limits = { timeout: timeoutMs, killSignal: "SIGKILL", maxBuffer: 64 * 1024 * 1024 } as const;
    return parsed((await run("kubectl", [...where, ...args], limits)).stdout);
  } catch (error) {
    const {
      killed = false,
      stdout = "",
      stderr = "",
    } = error as Partial<Record<"stdout" | "stderr", string>> & {
      killed?: boolean;
    };
    if (killed) return { failure: `kubectl took more than ${timeoutMs / 1000} s` };
    const line = stderr.split("\n").find((text) => noAnswer.test(text));
    if (line !== undefined) return { failure: line.trim().replace(/\.$/, "") };
    // Nothing printed is an answer only of a kubectl that did not fail.
    return stdout.trim() === "" ? {} : parsed(stdout);
  }
}
