import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { askKubectl, kubectl } from "../kubernetes/kubectl.ts";
import { UserError } from "../process/user-error.ts";
import type { Place } from "../status/query-status.ts";
import { webSelector } from "../traffic/web-selector.ts";

/** A container that has run at least once, and how often it began. */
export interface LoggingPod {
  readonly name: string;
  readonly starts: number;
}

/**
 * The service's pods that have logs.
 * @throws {UserError} what kubectl said
 */
export async function loggingPods({ profile, namespace }: Place): Promise<LoggingPod[]> {
  const args = ["get", "pods", "--namespace", namespace, "--selector", webSelector, "--output", "json"];
  const answer = await askKubectl(profile, args);
  if (answer.kind !== "ok") {
    const why = answer.kind === "absent" ? "neither kubectl nor minikube is on PATH" : answer.message;
    throw new UserError(`The cluster does not answer: ${why}. See what is wrong: npm run doctor`);
  }
  const { items } = JSON.parse(answer.stdout) as {
    items: {
      metadata: { name: string };
      status: { containerStatuses?: { restartCount: number; containerID?: string }[] };
    }[];
  };
  return items.flatMap(({ metadata, status }) => {
    const [container] = status.containerStatuses ?? [];
    if (container?.containerID === undefined) return [];
    return [{ name: metadata.name, starts: container.restartCount + 1 }];
  });
}

/** Which lines of a pod. */
export interface Excerpt {
  /** Goes on until the container ends. */
  readonly follow: boolean;
  /** The last so many lines. @default all */
  readonly tail?: number;
  /** Not older than so many seconds. @default any */
  readonly since?: number;
}

/** Reads a pod's log. The process ends with the log, or when it is killed. */
export function readLog(
  { profile, namespace }: Place,
  pod: string,
  { follow, tail, since }: Excerpt,
  onLine: (line: string) => void,
): { readonly child: ChildProcess; readonly ended: Promise<void> } {
  const command = kubectl(profile, [
    "logs",
    "--namespace",
    namespace,
    pod,
    `--follow=${follow}`,
    ...(tail === undefined ? [] : [`--tail=${tail}`]),
    ...(since === undefined ? [] : [`--since=${since}s`]),
  ]);
  const child = spawn(command.program, command.args, { stdio: ["ignore", "pipe", "ignore"] });
  // That a pod is gone is no news here: its last lines are.
  child.on("error", () => undefined);
  const lines = createInterface(child.stdout).on("line", onLine);
  return { child, ended: once(lines, "close").then(() => undefined) };
}
