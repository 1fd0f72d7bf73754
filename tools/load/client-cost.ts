/** CPU use of this process, the load's client. */
export interface ClientCost {
  /** CPUs in use, on average. */
  readonly cpus: number;
  /** Busy share of the process' single thread, from 0 to 1. */
  readonly busy: number;
}

/** Busy share from which the client is the bottleneck, so that latencies include the client's own delay. */
export const tooBusy = 0.85;

/** Starts counting. The returned function returns the cost since the start. */
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
