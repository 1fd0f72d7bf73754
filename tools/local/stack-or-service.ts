import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { installMissing } from "../install/missing-programs.ts";
import type { CommandContext } from "../terminal/command-context.ts";
import { requireReady } from "../checks/required-programs.ts";
import { UserError } from "../process/user-error.ts";

const run = promisify(execFile);

/** What takes the place of the stack. */
export const alone = "here is the service alone, with an embedded MongoDB.";

/**
 * Why the service runs without the stack, in one line; or `undefined` where the stack can run, now that minikube and
 * Pulumi are installed where they were missing.
 * @param timeout milliseconds that Docker may take to answer. @default 10 s
 */
export async function whyLocal(context: CommandContext, timeout = 10_000): Promise<string | undefined> {
  if (!(await dockerAnswers(timeout))) return `Docker does not answer: ${alone}`;
  try {
    await requireReady(context);
    await installMissing(context, ["minikube", "pulumi"]);
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `${error.message}\nSo ${alone}`;
  }
}

async function dockerAnswers(timeout: number): Promise<boolean> {
  try {
    const format = ["--format", "{{.ServerVersion}}"];
    const { stdout } = await run("docker", ["info", ...format], { timeout, killSignal: "SIGKILL" });
    // Some clients exit with 0 though no daemon gave them a version.
    return stdout.trim() !== "";
  } catch {
    return false;
  }
}
