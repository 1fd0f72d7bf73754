/** A pod under load, as the simulation has it. */
export interface QueueArgs {
  /** Requests a second, which come independently of each other. */
  readonly rate: number;
  /** Microseconds of CPU that one takes. */
  readonly cost: number;
  /** CPUs that the pod may use; a Node process has one thread for its requests. */
  readonly cpuLimit: number;
  /** Requests that are simulated. */
  readonly requests: number;
  /** Of the random numbers: the same seed gives the same result. */
  readonly seed: number;
}

/** What clients see of it. Milliseconds without MongoDB and the network. */
export interface QueueResult {
  /** Share of the CPU limit that is used. */
  readonly utilisation: number;
  readonly p50: number;
  readonly p99: number;
}

/** Milliseconds after which the kernel gives a container its CPU time anew (CFS bandwidth control). */
const period = 100;

/**
 * Simulates one pod: requests wait for one thread, which stands still for the rest of every period in which it has used
 * up its CPU limit.
 */
export function simulateQueue({ rate, cost, cpuLimit, requests, seed }: QueueArgs): QueueResult {
  const random = randomNumbers(seed);
  const worker = throttledWorker(cpuLimit);
  const latencies: number[] = [];
  let now = 0;
  for (let index = 0; index < requests; index++) {
    now += (-Math.log(1 - random()) / rate) * 1000;
    // The cost varies from request to request as about as much as its mean.
    const work = (-Math.log(1 - random()) * cost) / 1000;
    latencies.push(worker(now, work) - now);
  }
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(share * (latencies.length - 1))] ?? NaN;
  return { utilisation: (rate * cost) / 1e6 / cpuLimit, p50: at(0.5), p99: at(0.99) };
}

/** Gives when a request that arrives at a time is done, by how much CPU time its period has left. */
function throttledWorker(cpuLimit: number): (arrival: number, work: number) => number {
  const quota = period * Math.min(cpuLimit, 1);
  let free = 0;
  let current = 0;
  let used = 0;
  return (arrival, work) => {
    let time = Math.max(arrival, free);
    let left = work;
    while (left > 0) {
      const start = Math.floor(time / period) * period;
      if (start !== current) [current, used] = [start, 0];
      const share = Math.min(left, quota - used, start + period - time);
      time += share;
      used += share;
      left -= share;
      const isThrottled = left > 0 && (used >= quota || time >= start + period);
      if (isThrottled) time = start + period;
    }
    free = time;
    return time;
  };
}

/** Numbers from 0 to 1 (Mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
