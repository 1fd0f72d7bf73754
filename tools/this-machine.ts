import { availableParallelism, cpus, loadavg } from "node:os";

/** A sentence about what is measured now: by which command, when, and on which machine. */
export function measured(command: readonly string[], date = new Date()): string {
  return `Measured by \`${spelled(command)}\` on ${date.toISOString().slice(0, 10)}: ${machineNow()}.`;
}

/** Processor, number of CPUs, Node's version, and the load of the machine now. */
export function machineNow(): string {
  const [load = 0] = loadavg();
  const model = cpus()[0]?.model ?? "unknown processor";
  return `${availableParallelism()} × ${model}, Node ${process.versions.node}, load ${load.toFixed(1)} before it began`;
}

/** As a person types it: npm passes what follows `--` to the script. */
export function spelled([script = "", ...args]: readonly string[]): string {
  return args.length === 0 ? script : `${script} -- ${args.join(" ")}`;
}
