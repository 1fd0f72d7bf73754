import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";

/** By which command something is measured. */
export function measured(command: readonly string[], machine: string, date = new Date()): string {
  return `Measured by \`${spelled(command)}\` on ${date.toISOString().slice(0, 10)}: ${machine}.`;
}

/**
 * Watches this machine from now on.
 * @returns what says, at the end of a measurement: processor, number of CPUs, Node's version, the load before it began,
 *   and what it did not get of the CPU time that it wanted, because its host gave it to others
 */
export function watchMachine(readTimes = cpuTimes): () => string {
  const [load = 0] = loadavg();
  const model = cpus()[0]?.model ?? "unknown processor";
  const start = readTimes();
  return () => {
    const parts = [
      `${availableParallelism()} × ${model}`,
      `Node ${process.versions.node}`,
      `load ${load.toFixed(1)} before it began`,
    ];
    const end = readTimes();
    if (start !== undefined && end !== undefined) {
      const stolen = end.stolen - start.stolen;
      const share = stolen / (stolen + end.used - start.used);
      // Some sandboxes have nothing but zeros there.
      if (Number.isFinite(share))
        parts.push(`${(share * 100).toFixed(0)} % of its CPU time stolen by its host`);
    }
    return parts.join(", ");
  };
}

/** CPU time of all processors since the machine started, in one unit. */
export interface CpuTimes {
  readonly used: number;
  /** What a virtual machine wanted and its host gave to others: "steal", as proc_stat(5) has it. */
  readonly stolen: number;
}

/** Undefined where the system does not say: it is not Linux. */
export function cpuTimes(read = () => readFileSync("/proc/stat", "utf8")): CpuTimes | undefined {
  try {
    const [line = ""] = read().split("\n");
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, stolen = 0] = line
      .split(/\s+/)
      .slice(1)
      .map(Number);
    return { used: user + nice + system + irq + softirq, stolen };
  } catch {
    return undefined;
  }
}

/** As a person types it: npm passes what follows `--` to the script. */
export function spelled([script = "", ...args]: readonly string[]): string {
  return args.length === 0 ? script : `${script} -- ${args.join(" ")}`;
}
