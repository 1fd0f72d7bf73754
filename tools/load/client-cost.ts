/** What this process itself took of the machine. */
export interface ClientCost {
  /** CPUs that it used on average. */
  readonly cpus: number;
  /** Part of the time in which its one thread had something to do. */
  readonly busy: number;
}

/** Part of the time from which the client no longer keeps up: what it then measures is itself. */
export const tooBusy = 0.85;

/** Begins to count. Gives what it came to since. */
export function countCost(): () => ClientCost {
  const start = performance.now();
  const cpu = process.cpuUsage();
  const loop = performance.eventLoopUtilization();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return {
      cpus: (user + system) / 1000 / (performance.now() - start),
      busy: performance.eventLoopUtilization(loop).utilization,
    };
  };
}
