import { memoryOf } from "../../infra/cluster/nodes/quantity.ts";
import { webLimits } from "../../infra/web/web-defaults.ts";
import type { Goal } from "../report/goal.ts";

/** Memory of the only pod under a load. */
export interface MemoryUse {
  /** Name of the load. */
  readonly load: string;
  /** Result of the load, in words. */
  readonly course: string;
  /** Maximum, in MiB. */
  readonly mebibytes: number;
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

const limitMiB = memoryOf(webLimits.memory) / 1024 ** 2;

/** Expects that a pod stays below its memory limit, and isn't restarted. */
export function memoryGoals(uses: readonly MemoryUse[]): Goal[] {
  return uses.map(({ load, mebibytes, restarts }) => ({
    about: `memory of a pod: ${load}`,
    target: `< ${limitMiB} MiB, 0 restarts`,
    measured: `${mebibytes.toFixed(0)} MiB, ${restarts} restarts`,
    isReached: mebibytes > 0 && mebibytes < limitMiB && restarts === 0,
  }));
}

const heads = [
  "pods",
  "64 clients",
  "requests/s",
  "CPUs of the pods",
  "CPUs of MongoDB",
  "MongoDB's CPU per request",
];

/** Rows of the page's table, its heads first. */
export function scaleTable(scales: readonly Scale[]): string[][] {
  return [
    heads,
    ...scales.map(({ pods, workload, rate, failed, webCpus, mongodbCpus }) => [
      String(pods),
      workload,
      `${rate.toFixed(0)}${failed === 0 ? "" : `, ${failed} failed`}`,
      figure(webCpus, 2),
      figure(mongodbCpus, 2),
      `${figure((mongodbCpus / rate) * 1e6, 0)} µs`,
    ]),
  ];
}

function figure(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : "–";
}
