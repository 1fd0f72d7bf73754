import { programOnPath } from "../../service/dev/program-path.ts";
import { ask, type Answer } from "../process/child-process.ts";

/** A program with its arguments. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * kubectl on the cluster of a minikube profile: the one on PATH, or minikube's own. It stays where `up` asks: kubectl
 * answers in 0.1 s, while loading the client costs half a second of CPU. Everything else uses cluster-client.ts.
 */
export function kubectl(profile: string, args: readonly string[]): Command {
  return programOnPath("kubectl") === undefined
    ? { program: "minikube", args: ["kubectl", "-p", profile, "--", ...args] }
    : { program: "kubectl", args: ["--context", profile, ...args] };
}

/** Asks the cluster something that changes nothing. Never throws. */
export async function askKubectl(profile: string, args: readonly string[]): Promise<Answer> {
  const command = kubectl(profile, args);
  // minikube may have to download its kubectl first.
  const run = command.program === "minikube" ? { timeout: 120_000 } : {};
  return await ask(command.program, command.args, run);
}
