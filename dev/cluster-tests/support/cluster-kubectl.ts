import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/** The profile, and context, of the minikube that runs. */
export const profile = "minikube";

/** What kubectl said. */
export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How kubectl runs. */
export interface KubectlRun {
  /** A context of the kubeconfig. @default the minikube that runs */
  readonly context?: string;
  /** What it reads from stdin. */
  readonly input?: string;
  /** Where it is found. @default this process' PATH */
  readonly path?: string | undefined;
}

/** Runs kubectl to its end, and leaves the judgement of its exit code to the caller. */
export async function askKubectl(
  args: readonly string[],
  { context = profile, input = "", path = process.env.PATH }: KubectlRun = {},
): Promise<Said> {
  const env = { ...process.env, PATH: path };
  const child = spawn("kubectl", ["--context", context, ...args], { env, stdio: "pipe" });
  // It may end without having read its input.
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
 * kubectl on a context. Resolves to its output.
 * @throws {Error} with what it said when it failed
 */
export function kubectlOn(context: string): (...args: string[]) => Promise<string> {
  return async (...args) => {
    const { code, stdout, stderr } = await askKubectl(args, { context });
    if (code !== 0) throw new Error(`kubectl ${args.join(" ")} ended with ${code}: ${stderr}${stdout}`);
    return stdout.trim();
  };
}

/** kubectl on the minikube that runs. */
export const kubectl = kubectlOn(profile);
