import type { MemoryWatch } from "../traffic/pod-memory.ts";
import { summarize } from "../traffic/request-samples.ts";
import { tooBusy, type ClientCost } from "./client-cost.ts";
import type { Options } from "./load-options.ts";
import { reaction, type Recording } from "./load-recording.ts";

/** Goals of the project: seconds until another pod is ready, and failed requests. */
export const goals = { anotherPod: 45, failed: 0 } as const;

/** The result of a load: the recording, and measurements at its end. */
export interface Outcome {
  readonly recording: Recording;
  readonly cost: ClientCost;
  readonly memory: Pick<MemoryWatch, "most" | "restarts">;
  /** Documents of the load that may be left in the database. */
  readonly left: number;
  /** Why pods could not be scheduled. */
  readonly unscheduled?: string | undefined;
}

/** A finding: its topic, and a sentence about it. */
export type Finding = readonly [about: string, sentence: string];

/** The outcome as sentences. */
export function findings(
  options: Options,
  { recording, cost, memory, left, unscheduled }: Outcome,
): Finding[] {
  return [
    ["load", loadSentence(options, recording)],
    ...failures(recording),
    ...pods(recording),
    ["memory", memorySentence(memory)],
    ...(unscheduled === undefined ? [] : [["no room", unscheduled] as const]),
    ["client", clientSentence(cost)],
    [
      "documents",
      left === 0 ? "all that it wrote are deleted again" : `${left} of those that it wrote may be left`,
    ],
  ];
}

function loadSentence({ load, mix }: Options, { samples, off }: Recording): string {
  const { requests, p50, p99 } = summarize(samples, 0, Infinity);
  const asked = "rate" in load ? `${load.rate} requests/s` : `${load.clients} clients`;
  return (
    `${mix}, ${asked} for ${seconds(off)}: ${requests} requests, ` +
    `${(requests / (off / 1000)).toFixed(0)}/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(0)} ms`
  );
}

function failures({ samples }: Recording): Finding[] {
  const { failed, shed, reasons } = summarize(samples, 0, Infinity);
  const why = [...reasons].map(([reason, count]) => ["", `${count} × ${reason}`] as const);
  return [["failed", `${failed + shed} requests (goal ${goals.failed})`], ...why];
}

function pods(recording: Recording): Finding[] {
  const { min, max, target } = recording.autoscaler;
  const { anotherPod, minimum, mostPods, mostCpu } = reaction(recording);
  const cpu =
    mostCpu === undefined ? "it knew none" : `at most ${mostCpu} % of the request, target ${target} %`;
  const found: Finding[] = [["CPU", cpu]];
  if (anotherPod === undefined) {
    const why =
      mostPods > min
        ? `more than ${min} pods were ready from the beginning: run it again when they are back`
        : min === max
          ? `minReplicas and maxReplicas are both ${min}`
          : "none was added";
    return [...found, [`pod ${min + 1}`, why]];
  }
  return [
    ...found,
    [
      `pod ${min + 1}`,
      `ready ${seconds(anotherPod)} after load on (goal ≤ ${goals.anotherPod} s); ${mostPods} at the most`,
    ],
    [
      "minimum",
      minimum === undefined
        ? `not back to ${min} pods ${seconds(recording.end - recording.off)} after load off`
        : `back to ${min} pods ${seconds(minimum)} after load off`,
    ],
  ];
}

function memorySentence({ most, restarts }: Outcome["memory"]): string {
  return most === 0
    ? "the cluster did not say"
    : `the largest pod used ${most.toFixed(0)} Mi at the most; ${restarts} restarts`;
}

function clientSentence({ cpus, busy }: ClientCost): string {
  const cost = `it used ${cpus.toFixed(2)} CPUs of this machine, and was busy ${percent(busy)} of the time`;
  return busy < tooBusy ? cost : `${cost}: it was the limit itself, so rate and latencies are its own`;
}

/** Delay that metrics-server's period adds, in a sentence. Undefined if the period adds none. */
export function periodCost(period: number | undefined, good: number): string | undefined {
  if (period === undefined || period <= good) return undefined;
  return (
    `metrics-server measures every ${period} s here: the autoscaler sees a load up to ${period - good} s later ` +
    `than with ${good} s.`
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 100_000 ? 1 : 0)} s`;
}

function percent(part: number): string {
  return `${(part * 100).toFixed(0)} %`;
}
