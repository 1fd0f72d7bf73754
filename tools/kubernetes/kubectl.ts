import { programOnPath } from "../../service/dev/program-path.ts";
import { tryRun, type RunResult } from "../process/child-process.ts";

/** A program and its arguments. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * kubectl for the cluster of a minikube profile: the program on PATH, or minikube's own. `up` uses kubectl because
 * kubectl answers in 0.1 s. Loading the client library takes half a second of CPU. Everything else uses
 * cluster-client.ts.
 */
export function kubectl(profile: string, args: readonly string[]): Command {
  return programOnPath("kubectl") === undefined
    ? { program: "minikube", args: ["kubectl", "-p", profile, "--", ...args] }
    : { program: "kubectl", args: ["--context", profile, ...args] };
}

/** Runs kubectl for a query that changes nothing. Never throws. */
export async function tryKubectl(profile: string, args: readonly string[]): Promise<RunResult> {
  const command = kubectl(profile, args);
  // minikube may have to download kubectl first.
  const run = command.program === "minikube" ? { timeoutMs: 120_000 } : {};
  return await tryRun(command.program, command.args, run);
}
