import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { styleText } from "node:util";
import type { V1Pod } from "@kubernetes/client-node";
import { whyUnanswered } from "../kubernetes/cluster-client.ts";
import { UserError } from "../process/user-error.ts";
import type { StackNamespace } from "../status/query-status.ts";
import { watchObjects } from "../traffic/cluster-watch.ts";
import { webSelector } from "../traffic/web-selector.ts";
import { inOrder } from "./merge-lines.ts";
import { loggingPod, loggingPods, readLog, type LoggingPod, type LogLine } from "./pod-logs.ts";
import { readableLine } from "./readable-line.ts";

/** Milliseconds before reading a log again after its end. */
const retryDelayMs = 1000;
const colors = ["cyan", "magenta", "green", "blue", "yellow"] as const;

type Print = (line: string) => void;

/**
 * Prints the last lines of each pod of the service, sorted by time.
 * @param tail number of lines of each pod
 * @throws {UserError} no pod has started, the cluster does not answer, or a pod's log can't be read
 */
export async function printLogs(place: StackNamespace, tail: number, print: Print): Promise<void> {
  const order = inOrder(print);
  const say = linePrefixer(order.add);
  const pods = await loggingPods(place);
  if (pods.length === 0)
    throw new UserError("No pod of the service has started. To see why, run: npm run status");
  const read = pods.map((pod) => readLog(place, pod, { follow: false, tail }, say(pod.name)));
  const results = await Promise.allSettled(read);
  order.end();
  const failures = results.flatMap((result, index) =>
    result.status === "fulfilled" || codeOf(result.reason) === 404
      ? []
      : failureOf(pods[index], result.reason),
  );
  if (failures.length > 0) throw new UserError(failures.join("\n"));
}

/**
 * Describes why the API rejected a log request.
 * @throws any other error, unchanged
 */
function failureOf(pod: LoggingPod | undefined, error: unknown): string {
  if (typeof codeOf(error) !== "number") throw error;
  return `The log of ${pod?.name} can't be read: ${whyUnanswered(error)}`;
}

/** The HTTP status of an API error. 404 means that the pod was deleted. */
function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code;
}

/**
 * Prints the logs of all pods of the service, including new pods. Continues after a disconnection or a restart.
 * @param tail number of earlier lines of each pod
 * @param stop ends the command
 * @throws {UserError} the cluster does not answer at the start
 */
export async function followLogs(
  place: StackNamespace,
  tail: number,
  print: Print,
  stop: AbortSignal,
): Promise<void> {
  const order = inOrder(print);
  const say = linePrefixer(order.add);
  const followed = new Set<string>();

  function join(pod: LoggingPod, tail?: number): void {
    if (followed.has(pod.name)) return;
    followed.add(pod.name);
    void followPod(place, pod, tail, say(pod.name), stop).then(() => followed.delete(pod.name));
  }
  for (const pod of await loggingPods(place)) join(pod, tail);
  const pods = { path: `/api/v1/namespaces/${place.namespace}/pods`, labelSelector: webSelector };
  const watching = watchObjects<V1Pod>(place.profile, pods, (object, change) => {
    const pod = loggingPod(object);
    if (pod !== undefined && change !== "DELETED") join(pod);
  });
  if (!stop.aborted) await once(stop, "abort");
  await watching.stop();
  order.end();
}

/**
 * Follows a pod until its deletion. When the log ends, continues after the last printed line. If the container
 * restarted, this is the start of the new log.
 */
async function followPod(
  place: StackNamespace,
  pod: LoggingPod,
  tail: number | undefined,
  say: (line: LogLine) => void,
  stop: AbortSignal,
): Promise<void> {
  let after: string | undefined;
  const onLine = (line: LogLine) => {
    after = line.timestamp;
    say(line);
  };
  while (!stop.aborted) {
    const excerpt = { follow: true, after, tail: after === undefined ? tail : undefined };
    const failure = await readLog(place, pod, excerpt, onLine, stop).catch((error: unknown) => error);
    if (codeOf(failure) === 404) return;
    await sleep(retryDelayMs, undefined, { signal: stop }).catch(() => undefined);
  }
}

/** Assigns each pod a color, and prefixes its lines with its short name. */
function linePrefixer(add: (time: number, line: string) => void): (pod: string) => (line: LogLine) => void {
  const known = new Map<string, string>();
  return function say(pod) {
    // The last part of the name identifies a pod within its Deployment.
    const short = pod.slice(pod.lastIndexOf("-") + 1);
    const color = colors[known.size % colors.length] ?? "cyan";
    if (!known.has(pod)) known.set(pod, styleText(color, short));
    const name = known.get(pod) ?? short;
    return ({ timestamp, text }) => {
      add(Date.parse(timestamp), `${name} ${readableLine(text)}`);
    };
  };
}
