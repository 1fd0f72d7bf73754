import { readFileSync } from "node:fs";

/** Linux counts CPU time in hundredths of a second. */
const ticks = 100;

/** Seconds of CPU that a process and its children have used; NaN where the system does not say (it has no /proc). */
export function cpuSeconds(pid: number): number {
  return familyOf(pid).reduce((sum, each) => sum + ownCpuSeconds(each), 0);
}

function ownCpuSeconds(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  // The name, in parentheses, may have spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

/** Bytes of memory that a process and its children had at most; NaN where the system does not say. */
export function peakMemory(pid: number): number {
  return familyOf(pid).reduce((sum, each) => sum + ownPeakMemory(each), 0);
}

function ownPeakMemory(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1]) * 1024;
}

/** Python's servers work in a process of their own. */
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
