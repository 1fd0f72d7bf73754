import { setTimeout as sleep } from "node:timers/promises";
import type { Contender } from "./contenders.ts";
import type { Mix } from "./bench-load.ts";
import type { Footprint } from "./bench-report.ts";
import { start, startCanned, startClient, type Running } from "./start-contender.ts";
import { median, type Round } from "./round-summary.ts";
import { peakMemory } from "./process-usage.ts";

/** What is measured. */
export interface Plan {
  readonly clients: readonly number[];
  readonly rounds: number;
  /** Of each measurement. */
  readonly durationMs: number;
}

const mixes: readonly Mix[] = ["GET", "POST", "mixed"];
/** Milliseconds before each measurement, and before the first of a server, until V8 has compiled what is used. */
const warmUpMs = 300;
const firstWarmUpMs = 3000;
/** Starts of each, of which the median counts. */
const starts = 9;
/** Milliseconds in which what a load left behind is cleared away. */
const pause = 100;

/** Measures every contender in turn, again and again, so that a bad moment of the machine hits them all. */
export async function measureAll(
  contenders: readonly Contender[],
  plan: Plan,
  say: (line: string) => void,
): Promise<{ readonly rounds: readonly Round[]; readonly footprints: readonly Footprint[] }> {
  const database = await startCanned();
  const client = startClient();
  const running: Running[] = [];
  try {
    const startTimes = await timeStarts(contenders, database.uri);
    for (const contender of contenders) running.push(await start(contender, database.uri));
    for (const { port, pid } of running) {
      await client.measure({
        port,
        pid,
        clients: 64,
        mix: "mixed",
        warmUpMs: firstWarmUpMs,
        durationMs: 100,
      });
    }
    const rounds: Round[] = [];
    for (let round = 1; round <= plan.rounds; round++) {
      for (const mix of mixes) {
        for (const clients of plan.clients) {
          for (const { name, port, pid } of running) {
            const load = { port, pid, clients, mix, warmUpMs, durationMs: plan.durationMs };
            rounds.push({ contender: name, clients, mix, ...(await client.measure(load)) });
            await sleep(pause);
          }
          say(`round ${round} of ${plan.rounds}: ${mix}, ${clients} clients`);
        }
      }
    }
    const footprints = running.map(({ name, pid }) => {
      return { contender: name, startTime: startTimes.get(name) ?? NaN, peakMemory: peakMemory(pid) };
    });
    return { rounds, footprints };
  } finally {
    await Promise.all([...running, client, database].map((one) => one.close()));
  }
}

/** Median milliseconds of a start, by name. The first start of each does not count: its file is not in memory yet. */
async function timeStarts(contenders: readonly Contender[], uri: string): Promise<Map<string, number>> {
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let i = 0; i <= starts; i++) {
    for (const contender of contenders) {
      const running = await start(contender, uri);
      if (i > 0) times.get(contender.name)?.push(running.startTime);
      await running.close();
    }
  }
  return new Map([...times].map(([name, list]) => [name, median(list)]));
}
