import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { RunError } from "@pulumi/pulumi/errors.js";

const run = promisify(execFile);

/** Milliseconds. An exec plugin of the kubeconfig, such as `aws eks get-token`, can take 10 s of them. */
const defaultTimeoutMs = 30_000;

/**
 * Errors of kubectl and exec plugins that mean that no API server answered. "Forbidden" and "not found" are
 * answers.
 */
const noAnswer =
  /unable to connect to the server|connection refused|was refused|i\/o timeout|no such host|handshake timeout|deadline exceeded|timed out|network is unreachable|no route to host|service unavailable|unable to handle the request|getting credentials/i;

/**
 * Runs kubectl and parses its output. Returns undefined if kubectl is not on PATH, is not permitted to read, or
 * prints output that `parse` can't parse.
 * @param context kubeconfig context; undefined means the current one
 * @param parse parses kubectl's output, or throws. If kubectl may read only some kinds, the output has only
 *   these
 * @param timeoutMs limit for kubectl, in milliseconds
 */
export async function queryKubectl<T>(
  context: string | undefined,
  args: readonly string[],
  parse: (output: string) => T,
  timeoutMs = defaultTimeoutMs,
): Promise<T | undefined> {
  return (await runQuery(context, args, parse, timeoutMs)).value;
}

/**
 * Like {@link queryKubectl}, for answers that resources depend on. A cluster that does not answer must not change
 * them.
 * @throws {RunError} the cluster did not answer: shows the command that says why
 */
export async function requireAnswer<T>(
  context: string | undefined,
  args: readonly string[],
  parse: (output: string) => T,
  timeoutMs = defaultTimeoutMs,
): Promise<T | undefined> {
  const { value, failure } = await runQuery(context, args, parse, timeoutMs);
  if (failure === undefined) return value;
  const contextArgs = context === undefined ? "" : `--context ${context} `;
  throw new RunError(
    `The cluster does not answer: ${failure}. Nothing was changed. Run: kubectl ${contextArgs}get namespace kube-system`,
  );
}

interface Answer<T> {
  readonly value?: T | undefined;
  /** Why the cluster did not answer. */
  readonly failure?: string;
}

async function runQuery<T>(
  context: string | undefined,
  args: readonly string[],
  parse: (output: string) => T,
  timeoutMs: number,
): Promise<Answer<T>> {
  const contextArgs = context === undefined ? [] : ["--context", context];
  const parsed = (output: string): Answer<T> => {
    try {
      return { value: parse(output) };
    } catch {
      return {};
    }
  };
  try {
    const limits = { timeout: timeoutMs, killSignal: "SIGKILL", maxBuffer: 64 * 1024 * 1024 } as const;
    return parsed((await run("kubectl", [...contextArgs, ...args], limits)).stdout);
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
    // Empty output is an answer only if kubectl did not fail.
    return stdout.trim() === "" ? {} : parsed(stdout);
  }
}
