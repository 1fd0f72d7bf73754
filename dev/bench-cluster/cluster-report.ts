import { bytesOf } from "../../infra/cluster/nodes/quantity.ts";
import { webLimits } from "../../infra/web/web-defaults.ts";
import type { Goal } from "../report/goal.ts";
import type { LoadResult } from "./memory-loads.ts";

/** Memory of the only pod under a load. */
export interface MemoryUse extends LoadResult {
  /** The load. */
  readonly load: string;
  /** Mebibytes at most. */
  readonly memoryMiB: number;
  readonly restarts: number;
}

/** Throughput and CPU use of a number of pods. */
export interface Scale {
  readonly pods: number;
  readonly workload: string;
  /** Requests per second. */
  readonly rate: number;
  /** Answers other than 2xx. */
  readonly failed: number;
  /** CPUs that the service's pods used, and MongoDB. */
  readonly webCpus: number;
  readonly mongodbCpus: number;
}

const limitMiB = bytesOf(webLimits.memory) / 1024 ** 2;

/** A pod stays below its limit, and isn't restarted, while it takes the whole load. */
export function memoryGoals(uses: readonly MemoryUse[]): Goal[] {
  return uses.map(({ load, result, isComplete, memoryMiB, restarts }) => ({
    about: `memory of a pod: ${load}`,
    target: `< ${limitMiB} MiB, 0 restarts`,
    measured: `${memoryMiB.toFixed(0)} MiB, ${restarts} restarts${isComplete ? "" : `, but ${result}`}`,
    isReached: isComplete && memoryMiB > 0 && memoryMiB < limitMiB && restarts === 0,
  }));
}

/** Explains the table. */
export const scaleCaption = `Service pods, MongoDB and 64 clients share this machine's CPUs, which limits what more pods can serve. Each pod groups
its own inserts: with more pods, a group is smaller, and an insert costs MongoDB more.`;

/** Rows of the page's table, its heads first. Each number of pods needs the same workloads. */
export function scaleTable(scales: readonly Scale[]): string[][] {
  const rows = [...Map.groupBy(scales, ({ pods }) => pods)];
  const heads = (rows[0]?.[1] ?? []).flatMap(({ workload }) => [
    `${workload}: requests/s`,
    "CPUs of pods, and MongoDB",
    "MongoDB's CPU per request",
  ]);
  return [["pods", ...heads], ...rows.map(([pods, loads]) => [String(pods), ...loads.flatMap(scaleCells)])];
}

function scaleCells({ rate, failed, webCpus, mongodbCpus }: Scale): string[] {
  return [
    `${rate.toFixed(0)}${failed === 0 ? "" : `, ${failed} failed`}`,
    `${figure(webCpus, 2)}, ${figure(mongodbCpus, 2)}`,
    `${figure((mongodbCpus / rate) * 1e6, 0)} µs`,
  ];
}

/** Why the scale-out should not be trusted; nothing where it can be. */
export function scaleDoubts(scales: readonly Scale[]): string[] {
  return scales.flatMap(({ pods, workload, failed, webCpus, mongodbCpus }) => [
    ...(failed > 0 ? [`${workload}, ${pods} pods: ${failed} requests failed.`] : []),
    ...(Number.isNaN(webCpus + mongodbCpus)
      ? [`${workload}, ${pods} pods: the kubelet did not report the CPU time of all pods.`]
      : []),
  ]);
}

function figure(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : "–";
}
