import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * What Kubernetes says, or undefined where nobody can say: kubectl is not on PATH, may not ask for it, or prints what
 * can't be understood.
 * @param context the kubeconfig's current one where it is undefined
 * @param understand makes something of what kubectl prints, or throws
 * @param patience milliseconds that it may take
 */
export async function kubectlSays<T>(
  context: string | undefined,
  args: readonly string[],
  understand: (output: string) => T,
  patience = 10_000,
): Promise<T | undefined> {
  const where = context === undefined ? [] : ["--context", context];
  try {
    const { stdout } = await run("kubectl", [...where, ...args], {
      timeout: patience,
      killSignal: "SIGKILL",
      maxBuffer: 64 * 1024 * 1024,
    });
    return understand(stdout);
  } catch {
    return undefined;
  }
}
