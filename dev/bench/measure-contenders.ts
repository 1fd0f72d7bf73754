import { setTimeout as sleep } from "node:timers/promises";
import { checkAnswers } from "./check-answers.ts";
import type { Contender } from "./contenders.ts";
import { cellsOf, inOrderOf, workloadsOf } from "./matrix.ts";
import { peakMemoryBytes } from "./process-usage.ts";
import type { Round, Start } from "./round-summary.ts";
import { start, startCanned, startClient, type Running } from "./start-contender.ts";

/** Numbers of measurements. */
export interface Plan {
  readonly rounds: number;
  /** Starts of each contender. */
  readonly starts: number;
}

/** Results of all measurements. */
export interface Measured {
  readonly rounds: readonly Round[];
  readonly starts: readonly Start[];
  /** Peak memory in bytes, by contender. */
  readonly peakMemoryBytes: Readonly<Record<string, number>>;
}

/** Milliseconds of each measurement. Many short ones, so that a disturbance spoils only one. */
export const durationMs = 250;
/**
 * Warm-up in milliseconds: before each measurement, and before a server's first one, until V8 has compiled the code.
 */
const warmUpMs = 500;
const firstWarmUpMs = 1000;
/** Milliseconds in which a server finishes work that a load has deferred. */
const pauseMs = 50;

/** Starts every contender, checks its answers, and measures all contenders alternately. */
export async function measureAll(
  contenders: readonly Contender[],
  plan: Plan,
  print: (line: string) => void,
): Promise<Measured> {
  const database = await startCanned();
  const client = startClient();
  const running = new Map<string, Running>();
  try {
    const starts = await timeStarts(contenders, database.uri, plan.starts);
    for (const contender of contenders) {
      running.set(contender.name, await start(contender, database.uri));
    }
    for (const { name, server, workload } of servedBy(contenders, running)) {
      await checkAnswers(server, [workload]);
      const { url, pid } = server;
      await client.measure({ url, pid, clients: 64, workload, warmUpMs: firstWarmUpMs, durationMs: 100 });
      print(`${name}, ${workload}: all answers are correct`);
    }
    const rounds: Round[] = [];
    for (let round = 0; round < plan.rounds; round++) {
      for (const { contender, clients, workload } of cellsOf(round)) {
        const server = running.get(contender);
        if (server === undefined) continue;
        const { url, pid } = server;
        const measurement = await client.measure({ url, pid, clients, workload, warmUpMs, durationMs });
        rounds.push({ round, contender, clients, workload, ...measurement });
        await sleep(pauseMs);
      }
      print(`round ${round + 1} of ${plan.rounds}`);
    }
    const memory = [...running.values()].map(({ name, pid }) => [name, peakMemoryBytes(pid)]);
    return { rounds, starts, peakMemoryBytes: Object.fromEntries(memory) as Record<string, number> };
  } finally {
    await Promise.all([...running.values(), client, database].map((one) => one.close()));
  }
}

function servedBy(contenders: readonly Contender[], running: ReadonlyMap<string, Running>) {
  return contenders.flatMap(({ name }) => {
    const server = running.get(name);
    return server === undefined ? [] : workloadsOf(name).map((workload) => ({ name, server, workload }));
  });
}

/** Leaves out the first start of each contender, because its file is not in memory yet. */
async function timeStarts(contenders: readonly Contender[], uri: string, count: number): Promise<Start[]> {
  const starts: Start[] = [];
  for (let round = -1; round < count; round++) {
    for (const contender of inOrderOf(round, contenders)) {
      const running = await start(contender, uri);
      await running.close();
      if (round >= 0) starts.push({ round, contender: contender.name, ms: running.startTimeMs });
    }
  }
  return starts;
}
