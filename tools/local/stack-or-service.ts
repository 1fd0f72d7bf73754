import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { installMissing } from "../install/missing-programs.ts";
import type { CommandContext } from "../terminal/command-context.ts";
import { requireReady } from "../checks/required-programs.ts";
import { UserError } from "../process/user-error.ts";

const run = promisify(execFile);

/** Ends the message of {@link whyLocal}. */
export const alone = "`npm start` runs the service alone, with an embedded MongoDB.";

/**
 * Why the stack can't run here, in one line. Undefined if the stack can run, after installing missing programs.
 * @param timeout limit for Docker's answer, in milliseconds. @default 10 s
 */
export async function whyLocal(context: CommandContext, timeout = 10_000): Promise<string | undefined> {
  if (!(await dockerAnswers(timeout))) return `Docker does not answer, so ${alone}`;
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
    // Some clients exit with 0 although no daemon returned a version.
    return stdout.trim() !== "";
  } catch {
    return false;
  }
}
