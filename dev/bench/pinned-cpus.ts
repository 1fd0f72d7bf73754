import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

/** Index of the last CPU. */
const last = availableParallelism() - 1;

/** Whether a program can be pinned to some CPUs: only on Linux, and with a second CPU. */
const canPin = last > 0 && spawnSync("taskset", ["--cpu-list", "0", "true"]).status === 0;

const on = (cpus: string) => (canPin ? ["taskset", "--cpu-list", cpus] : []);

/**
 * Prefix of a measured server's command: one CPU, as a pod has. With two CPUs, some runs measured up to 1.6 times the
 * CPU time at the same latency.
 */
export const serverCpu: readonly string[] = on("0");

/** Prefix of the commands of load and database: all other CPUs. */
export const otherCpus: readonly string[] = on(`1-${last}`);
