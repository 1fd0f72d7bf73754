import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/** Profile and context of the running minikube. */
export const profile = "minikube";

/** Exit code and output of kubectl. */
export interface KubectlResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of a kubectl process. */
export interface KubectlRun {
  /** A context of the kubeconfig. @default the running minikube */
  readonly context?: string;
  /** Text for stdin. @default none */
  readonly input?: string;
  /** PATH on which kubectl is found. @default this process' PATH */
  readonly path?: string | undefined;
}

/** Runs kubectl to its end. The caller checks the exit code. */
export async function runKubectl(
  args: readonly string[],
  { context = profile, input = "", path = process.env.PATH }: KubectlRun = {},
): Promise<KubectlResult> {
  const env = { ...process.env, PATH: path };
  const child = spawn("kubectl", ["--context", context, ...args], { env, stdio: "pipe" });
  // kubectl may end before it has read its input.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

/**
 * Returns a function that runs kubectl on a context, and resolves to the output.
 * @throws {Error} with the output, if kubectl fails
 */
export function kubectlOn(context: string): (...args: string[]) => Promise<string> {
  return async (...args) => {
    const { code, stdout, stderr } = await runKubectl(args, { context });
    if (code !== 0) throw new Error(`kubectl ${args.join(" ")} ended with ${code}: ${stderr}${stdout}`);
    return stdout.trim();
  };
}

/** Runs kubectl on the running minikube. */
export const kubectl = kubectlOn(profile);
