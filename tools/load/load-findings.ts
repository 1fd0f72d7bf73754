import type { MemoryWatch } from "../traffic/pod-memory.ts";
import { summarize } from "../traffic/request-samples.ts";
import { tooBusy, type ClientCost } from "./client-cost.ts";
import type { Options } from "./load-options.ts";
import { reaction, type Recording } from "./load-recording.ts";

/** Goals of the project: seconds until another pod is ready, and failed requests. */
export const goals = { anotherPod: 45, failed: 0 } as const;

/** The result of a load: the recording, and measurements at its end. */
export interface LoadMeasurement {
  readonly recording: Recording;
  readonly cost: ClientCost;
  readonly memory: Pick<MemoryWatch, "peakMiB" | "restarts">;
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
  { recording, cost, memory, left, unscheduled }: LoadMeasurement,
): Finding[] {
  return [
    ["load", loadSentence(options, recording)],
    ...failures(recording),
    ...pods(recording),
    ["memory", memorySentence(memory)],
    ...(unscheduled === undefined ? [] : [["unschedulable", unscheduled] as const]),
    ["client", clientSentence(cost)],
    [
      "documents",
      left === 0 ? "the load deleted all its documents" : `up to ${left} documents of the load may be left`,
    ],
  ];
}

function loadSentence({ load, mix }: Options, { samples, off }: Recording): string {
  const { requests, p50, p99 } = summarize(samples, 0, Infinity);
  const requested = "rate" in load ? `${load.rate} requests/s` : `${load.clients} clients`;
  return (
    `${mix}, ${requested} for ${seconds(off)}: ${requests} requests, ` +
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
    mostCpu === undefined ? "not measured" : `at most ${mostCpu} % of the request, target ${target} %`;
  const found: Finding[] = [["CPU", cpu]];
  if (anotherPod === undefined) {
    const why =
      mostPods > min
        ? `more than ${min} pods were ready at the start. Wait until ${min} are left, then run: npm run load`
        : min === max
          ? `minReplicas and maxReplicas are both ${min}`
          : "the autoscaler added none";
    return [...found, [`pod ${min + 1}`, why]];
  }
  return [
    ...found,
    [
      `pod ${min + 1}`,
      `ready ${seconds(anotherPod)} after the load's start (goal ≤ ${goals.anotherPod} s); at most ${mostPods} pods`,
    ],
    [
      "minimum",
      minimum === undefined
        ? `not back to ${min} pods ${seconds(recording.end - recording.off)} after the load's end`
        : `back to ${min} pods ${seconds(minimum)} after the load's end`,
    ],
  ];
}

function memorySentence({ peakMiB, restarts }: LoadMeasurement["memory"]): string {
  return peakMiB === 0
    ? "not measured"
    : `the largest pod used at most ${peakMiB.toFixed(0)} MiB; ${restarts} restarts`;
}

function clientSentence({ cpus, busy }: ClientCost): string {
  const cost = `used ${cpus.toFixed(2)} CPUs of this machine, and was busy ${percent(busy)} of the time`;
  return busy < tooBusy ? cost : `${cost}: the client was the bottleneck, and determined rate and latencies`;
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
