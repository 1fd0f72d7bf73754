import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { programOnPath } from "../service/dev/path.ts";

const run = promisify(execFile);

/** What this machine has of that which the stack needs. */
export interface Tools {
  /** Whether Docker's daemon answers. */
  readonly docker: boolean;
  /** Whether it is on PATH. */
  readonly pulumi: boolean;
  /** Whether it is on PATH. */
  readonly minikube: boolean;
}

/** Looks for all of them; takes as long as Docker's answer, `timeout` milliseconds at most. @default 10 s */
export async function findTools(timeout = 10_000): Promise<Tools> {
  return {
    docker: await dockerAnswers(timeout),
    pulumi: programOnPath("pulumi") !== undefined,
    minikube: programOnPath("minikube") !== undefined,
  };
}

/** The line that says why the service runs without the stack, or `undefined` where the stack can run. */
export function whyLocal({ docker, pulumi, minikube }: Tools): string | undefined {
  const missing = [
    ...(docker ? [] : ["Docker does not answer"]),
    ...(pulumi ? [] : ["pulumi is not on PATH"]),
    ...(minikube ? [] : ["minikube is not on PATH"]),
  ];
  if (missing.length === 0) return undefined;
  return `${missing.join(", ")}: here is the service alone, with an embedded MongoDB.`;
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
