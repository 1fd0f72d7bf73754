import { names, type Name } from "../../bench/server-names.ts";
import { matrix } from "../../bench/matrix.ts";
import type { Round, Start } from "../../bench/round-summary.ts";

/**
 * Rounds in which the service needs 100 µs of CPU and 1 ms of latency per request. Each other server needs ten times
 * as much.
 * @param change changes the measurement of a round
 */
export function fakeRounds(change: (round: Round) => Partial<Round> = () => ({})): Round[] {
  return Array.from({ length: 8 }, (_, round) =>
    matrix.map(({ workload, clients, contender }) => {
      const times = contender === names.own ? 1 : 10;
      const cost = {
        answers: 2500 / times,
        rate: 10_000 / times,
        p50: times,
        p99: 2 * times,
        cpu: 100 * times,
        clientCpu: 30,
        failed: 0,
      };
      const measured = { round, workload, clients, contender, ...cost };
      return { ...measured, ...change(measured) };
    }),
  ).flat();
}

/** Starts of 200 ms for the service, and of 150 ms for the other servers. */
export function fakeStarts(): Start[] {
  return Array.from({ length: 8 }, (_, round) =>
    Object.values(names).map((contender: Name) => ({
      round,
      contender,
      ms: contender === names.own ? 200 : 150,
    })),
  ).flat();
}
