import type { Measurement, Mix } from "./bench-load.ts";

/** One measurement of a contender. */
export interface Round extends Measurement {
  readonly contender: string;
  readonly clients: number;
  readonly mix: Mix;
}

/** A contender at a number of clients: the medians of its rounds. */
export interface Cell extends Round {
  /** Times the baseline's rate: the median of what each round says, because a slow moment slows both. */
  readonly times: number;
  /** How far apart the middle half of the rounds' rates is: {@link middleHalf} / median. */
  readonly spread: number;
}

/** Spread from which a cell counts as noisy: machines that do nothing else stay below it. */
export const noisy = 0.2;

/** Sums up rounds, in the order in which their cells first came. */
export function summarize(rounds: readonly Round[], baseline: string): Cell[] {
  const groups = Map.groupBy(rounds, keyOf);
  return [...groups.values()].map((group) => {
    const cell = medianOf(group);
    const base = groups.get(keyOf({ ...cell, contender: baseline })) ?? [];
    return { ...cell, times: median(group.map(({ rate }, i) => rate / (base[i]?.rate ?? NaN))) };
  });
}

function keyOf({ contender, clients, mix }: Pick<Round, "contender" | "clients" | "mix">): string {
  return `${mix} ${clients} ${contender}`;
}

function medianOf(group: readonly Round[]): Omit<Cell, "times"> {
  const of = (value: (round: Round) => number) => median(group.map(value));
  const rates = group.map(({ rate }) => rate);
  const [first] = group;
  if (first === undefined) throw new Error("no rounds");
  return {
    contender: first.contender,
    clients: first.clients,
    mix: first.mix,
    rate: of(({ rate }) => rate),
    p50: of(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    cpu: of(({ cpu }) => cpu),
    clientCpu: of(({ clientCpu }) => clientCpu),
    failed: group.reduce((sum, { failed }) => sum + failed, 0),
    spread: middleHalf(rates) / median(rates),
  };
}

/** The middle one; of an even number the lower of the two in the middle. */
export function median(values: readonly number[]): number {
  return ascending(values)[Math.floor((values.length - 1) / 2)] ?? NaN;
}

/** From the first quartile to the third; of few values from the lowest to the highest. */
function middleHalf(values: readonly number[]): number {
  const sorted = ascending(values);
  const left = Math.floor((sorted.length - 1) / 4);
  return (sorted.at(-1 - left) ?? NaN) - (sorted[left] ?? NaN);
}

function ascending(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}
