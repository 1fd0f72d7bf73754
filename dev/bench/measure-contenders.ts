import { setTimeout as sleep } from "node:timers/promises";
import { checkAnswers } from "./check-answers.ts";
import type { Contender } from "./contenders.ts";
import { cellsOf, contendersOf, inOrderOf, roundsOfProcess, workloadsOf } from "./matrix.ts";
import { peakMemoryBytes } from "./process-usage.ts";
import type { Round, Start } from "./round-summary.ts";
import { otherCpus, serverCpu } from "./pinned-cpus.ts";
import { start, startCanned, startClient, type Client, type Running } from "./start-contender.ts";

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
  /** Peak memory of a contender's first process in bytes, by contender. */
  readonly peakMemoryBytes: Readonly<Record<string, number>>;
}

/**
 * Milliseconds of each measurement. Another virtual machine on the same processor can double a request's CPU time for
 * seconds. So compared servers must follow each other closely, and often.
 */
export const durationMs = 300;
/** Milliseconds of warm-up before each measurement. */
const warmUpMs = 80;
/**
 * A new server's warm-up: milliseconds of each workload, and how often all of them run. After a change of workload, V8
 * compiles much of the code again.
 */
const firstWarmUpMs = 500;
const firstWarmUps = 3;
/** Milliseconds in which a server finishes work that a load has deferred. */
const pauseMs = 20;

/**
 * The default, and the minimum for figures that are written: three processes of each compared server. A factor differs
 * by about 3 % from process to process. Still more processes would leave less time for rounds, because each must warm up.
 */
export const fullPlan: Plan = { rounds: 3 * roundsOfProcess, starts: 8 };

/** Starts every contender, checks its answers, and measures all contenders alternately. */
export async function measureAll(
  contenders: readonly Contender[],
  plan: Plan,
  print: (line: string) => void,
): Promise<Measured> {
  const database = await startCanned();
  const client = startClient(otherCpus);
  try {
    const starts = await timeStarts(contenders, database.uri, plan.starts);
    const rounds: Round[] = [];
    const peaks = new Map<string, number>();
    for (let first = 0; first < plan.rounds; first += roundsOfProcess) {
      const end = Math.min(first + roundsOfProcess, plan.rounds);
      const due = contendersOf(first, end);
      const servers = await startWarm(
        contenders.filter(({ name }) => due.has(name)),
        database.uri,
        client,
      );
      try {
        for (let round = first; round < end; round++) {
          rounds.push(...(await measureRound(round, servers, client)));
          print(`round ${round + 1} of ${plan.rounds}`);
        }
        for (const { name, pid } of servers.values()) {
          // Only the first process counts, because some contenders have no other.
          if (!peaks.has(name)) peaks.set(name, peakMemoryBytes(pid));
        }
      } finally {
        await closeAll([...servers.values()]);
      }
    }
    return { rounds, starts, peakMemoryBytes: Object.fromEntries(peaks) };
  } finally {
    await closeAll([client, database]);
  }
}

type Servers = ReadonlyMap<string, Running>;

/** Starts every contender, checks its answers, and warms it up. */
async function startWarm(contenders: readonly Contender[], uri: string, client: Client): Promise<Servers> {
  const servers = new Map<string, Running>();
  try {
    for (const contender of contenders) {
      const server = await start(contender, uri, serverCpu);
      servers.set(contender.name, server);
      await checkAnswers(server, workloadsOf(contender.name));
      await warmUp(server, client);
    }
    return servers;
  } catch (error) {
    await closeAll([...servers.values()]);
    throw error;
  }
}

async function warmUp({ name, url, pid }: Running, client: Client): Promise<void> {
  for (let time = 0; time < firstWarmUps; time++) {
    for (const workload of workloadsOf(name)) {
      await client.measure({ url, pid, clients: 64, workload, warmUpMs: 0, durationMs: firstWarmUpMs });
    }
  }
}

async function measureRound(round: number, servers: Servers, client: Client): Promise<Round[]> {
  const rounds: Round[] = [];
  for (const { contender, clients, workload } of cellsOf(round)) {
    const server = servers.get(contender);
    if (server === undefined) continue;
    const { url, pid } = server;
    const measurement = await client.measure({ url, pid, clients, workload, warmUpMs, durationMs });
    rounds.push({ round, contender, clients, workload, ...measurement });
    await sleep(pauseMs);
  }
  return rounds;
}

async function closeAll(running: readonly { close(): Promise<void> }[]): Promise<void> {
  await Promise.all(running.map((one) => one.close()));
}

/**
 * Starts on all CPUs: a pod's limit of one CPU is a quota, which a start hardly reaches. The first start of each
 * contender does not count, because its file is not in memory yet.
 */
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
