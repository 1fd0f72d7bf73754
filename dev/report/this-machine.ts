import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";

/** How figures were measured. */
export interface Origin {
  /** The command, as a user types it. */
  readonly command: string;
  /** Date and machine. */
  readonly where: string;
}

/** Describes a measurement. */
export function measured(
  command: readonly string[],
  { words }: Pick<Machine, "words">,
  date = new Date(),
): Origin {
  return { command: spelled(command), where: `${date.toISOString().slice(0, 10)}: ${words}` };
}

/** State of this machine during a measurement. */
export interface Machine {
  /** Processor, number of CPUs, Node's version, load before the measurement, and stolen CPU time. */
  readonly words: string;
  /**
   * Share of the wanted CPU time that the host assigned to others. Undefined if the system doesn't report it. Some
   * sandboxes report only zeros.
   */
  readonly stolen: number | undefined;
  /** Processes that wanted a CPU before the measurement, per CPU. */
  readonly load: number;
}

/**
 * Watches this machine from now on.
 * @returns function that describes the machine at the end of a measurement
 */
export function watchMachine(readTimes = cpuTimes, readLoad = () => loadavg()[0] ?? 0): () => Machine {
  const load = readLoad();
  const model = cpus()[0]?.model ?? "unknown processor";
  const start = readTimes();
  return () => {
    const stolen = stolenShare(start, readTimes());
    const parts = [
      `${availableParallelism()} × ${model}`,
      `Node ${process.versions.node}`,
      `load ${load.toFixed(1)} before the measurement`,
      ...(stolen === undefined ? [] : [`${percent(stolen)} of its CPU time stolen by its host`]),
    ];
    return { words: parts.join(", "), stolen, load: load / availableParallelism() };
  };
}

/** Maximum share of CPU time that the host may assign to others. */
const maxStolen = 0.05;
/** Maximum number of processes per CPU that want a CPU before a measurement. Kubernetes alone accounts for 0.5. */
const maxLoad = 0.75;

/** Why a machine should not be trusted with measuring times; nothing where it can be. */
export function doubtsAbout({ stolen = 0, load }: Pick<Machine, "stolen" | "load">): string[] {
  return [
    ...(stolen > maxStolen
      ? [`The host assigned ${percent(stolen)} of the CPU time to others (limit ${percent(maxStolen)}).`]
      : []),
    ...(load > maxLoad
      ? [
          `${load.toFixed(1)} processes per CPU were running or waiting before the measurement (limit ${maxLoad}).`,
        ]
      : []),
  ];
}

function stolenShare(start: CpuTimes | undefined, end: CpuTimes | undefined): number | undefined {
  if (start === undefined || end === undefined) return undefined;
  const stolen = end.stolen - start.stolen;
  const share = stolen / (stolen + end.used - start.used);
  return Number.isFinite(share) ? share : undefined;
}

/** Formats a share in whole percent. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

/** CPU time of all processors since the machine started, both values in the same unit. */
export interface CpuTimes {
  readonly used: number;
  /** Time that a virtual machine wanted and its host assigned to others: "steal" in proc_stat(5). */
  readonly stolen: number;
}

/** Undefined if the system doesn't report CPU times (on systems other than Linux). */
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

/** Formats a command as a user types it: npm passes arguments after `--` to the script. */
export function spelled([script = "", ...args]: readonly string[]): string {
  return args.length === 0 ? script : `${script} -- ${args.join(" ")}`;
}
