import { readdirSync, readFileSync } from "node:fs";

/** CPU seconds that a process and its children have used. NaN on a system without /proc. */
export function cpuSeconds(pid: number): number {
  return familyOf(pid).reduce((sum, each) => sum + ownCpuSeconds(each), 0);
}

/** Adds all threads of schedstat, which counts nanoseconds. `stat` counts hundredths of a second. */
function ownCpuSeconds(pid: number): number {
  const threads = list(`/proc/${pid}/task`);
  if (threads.length === 0) return NaN;
  const nanoseconds = (thread: string) => Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(" ")[0]);
  return threads.reduce((sum, thread) => sum + nanoseconds(thread), 0) / 1e9;
}

/** Peak memory of a process and its children, in bytes. NaN on a system without /proc. */
export function peakMemoryBytes(pid: number): number {
  return familyOf(pid).reduce((sum, each) => sum + ownPeakMemoryBytes(each), 0);
}

function ownPeakMemoryBytes(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1]) * 1024;
}

/** The children count, because Python's server answers in a child process. */
function familyOf(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).trim();
  return [pid, ...(children === "" ? [] : children.split(" ").map(Number))];
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
