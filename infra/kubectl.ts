import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** How long the cluster may take to answer, in milliseconds. */
const patience = 10_000;

/**
 * What kubectl prints, or undefined where it can't say: it is not on PATH, or may not ask for it.
 * @param context the kubeconfig's current one where it is undefined
 */
export async function askKubectl(
  context: string | undefined,
  args: readonly string[],
): Promise<string | undefined> {
  const where = context === undefined ? [] : ["--context", context];
  try {
    const { stdout } = await run("kubectl", [...where, ...args], {
      timeout: patience,
      killSignal: "SIGKILL",
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } catch {
    return undefined;
  }
}
