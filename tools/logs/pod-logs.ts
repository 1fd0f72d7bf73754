import { PassThrough, finished, type Readable } from "node:stream";
import { createInterface } from "node:readline";
import type { LogOptions, V1Pod } from "@kubernetes/client-node";
import { queryCluster, connectCluster } from "../kubernetes/cluster-client.ts";
import type { StackNamespace } from "../status/query-status.ts";
import { webSelector } from "../traffic/web-selector.ts";

/** A container that has started at least once. */
export interface LoggingPod {
  readonly name: string;
  readonly container: string;
}

/**
 * Finds the service's pods that have logs.
 * @throws {UserError} why the cluster does not answer
 */
export async function loggingPods({ profile, namespace }: StackNamespace): Promise<LoggingPod[]> {
  const { items } = await queryCluster(profile, ({ core }) =>
    core.listNamespacedPod({ namespace, labelSelector: webSelector }),
  );
  return items.flatMap((pod) => loggingPod(pod) ?? []);
}

/** The container of the pod that has a log. Undefined before it has started. */
export function loggingPod({ metadata, status }: V1Pod): LoggingPod | undefined {
  const [container] = status?.containerStatuses ?? [];
  if (container?.containerID === undefined) return undefined;
  return { name: metadata?.name ?? "", container: container.name };
}

/** Selects lines of a pod's log. */
export interface Excerpt {
  /** Whether to continue until the container ends. */
  readonly follow: boolean;
  /** Number of last lines. @default all */
  readonly tail?: number | undefined;
  /** Only lines whose {@link LogLine.timestamp} is later. @default all */
  readonly after?: string | undefined;
}

/** A log line, and when the node received it: RFC 3339 with nine digits, so that strings sort by time. */
export interface LogLine {
  readonly timestamp: string;
  readonly text: string;
}

/**
 * Reads a pod's log until its end, or until the signal aborts.
 * @throws {Error} the API's error, with its HTTP status as `code`; a later disconnection counts as the end
 */
export async function readLog(
  { profile, namespace }: StackNamespace,
  { name, container }: LoggingPod,
  { follow, tail, after }: Excerpt,
  onLine: (line: LogLine) => void,
  signal?: AbortSignal,
): Promise<void> {
  const { log } = await connectCluster(profile);
  const text = new PassThrough();
  // The client pipes its stream into this one without an error listener.
  text.once("pipe", (source: Readable) => {
    finished(source, () => text.end());
  });
  const options: LogOptions = {
    follow,
    timestamps: true,
    ...(tail === undefined ? {} : { tailLines: lineCount(tail) }),
    ...(after === undefined ? {} : { sinceTime: after }),
  };
  const request = await log.log(namespace, name, container, text, options);
  const abort = () => {
    request.abort();
  };
  if (signal?.aborted === true) abort();
  signal?.addEventListener("abort", abort);
  for await (const line of createInterface(text)) {
    const end = line.indexOf(" ");
    const timestamp = line.slice(0, end);
    // `sinceTime` has a resolution of seconds, so Kubernetes repeats earlier lines of the same second.
    if (after === undefined || timestamp > after) onLine({ timestamp, text: line.slice(end + 1) });
  }
  signal?.removeEventListener("abort", abort);
}

/** The client omits the number 0 from its request, but not the string "0". */
function lineCount(tail: number): number {
  return String(tail) as unknown as number;
}
