import { names, type Name } from "./server-names.ts";
import type { Workload } from "./workloads.ts";

/** A contender under a load. */
export interface MatrixCell {
  readonly workload: Workload;
  /** Concurrent connections. */
  readonly clients: number;
  readonly contender: Name;
  /** 1: measured in each round; 5: in every fifth round. Odd, because every second round is reversed. */
  readonly every: number;
  /** The first round that does not measure the cell any more. */
  readonly end: number;
}

/** Rounds of a process. After them the compared servers start again, and the others end. */
export const roundsOfProcess = 14;

const { own, bare, fastify, koa, fastifyMongoose, flask } = names;

/** Goals compare the `often` contenders. The others need fewer rounds, and no second process. */
const loads: readonly (Pick<MatrixCell, "workload" | "clients"> & {
  readonly often: readonly Name[];
  readonly seldom: readonly Name[];
})[] = [
  { workload: "hot", clients: 64, often: [own, bare, koa], seldom: [fastify, flask] },
  { workload: "byId", clients: 64, often: [own, bare, koa], seldom: [fastify, flask] },
  { workload: "insert", clients: 64, often: [own, bare, koa], seldom: [fastify, flask] },
  { workload: "mix", clients: 64, often: [own, bare], seldom: [koa, fastify, flask] },
  { workload: "schemaInsert", clients: 64, often: [own, koa], seldom: [fastifyMongoose] },
  { workload: "schemaRead", clients: 64, often: [own, koa], seldom: [fastifyMongoose] },
  { workload: "hot", clients: 1, often: [own, bare], seldom: [koa, fastify, flask] },
  { workload: "byId", clients: 1, often: [own, bare], seldom: [koa, fastify, flask] },
  { workload: "insert", clients: 1, often: [own, bare], seldom: [koa, fastify, flask] },
  { workload: "mix", clients: 1, often: [], seldom: [own, bare, koa, fastify, flask] },
  { workload: "schemaInsert", clients: 1, often: [], seldom: [own, koa, fastifyMongoose] },
  { workload: "schemaRead", clients: 1, often: [], seldom: [own, koa, fastifyMongoose] },
];

/** Everything that is measured. Contenders that are compared follow each other. */
export const matrix: readonly MatrixCell[] = loads.flatMap(({ workload, clients, often, seldom }) => [
  // From round to round, the latency of a single client varies by 3 %. The CPU time of a request varies by 10 %.
  ...often.map((contender) => ({
    workload,
    clients,
    contender,
    every: clients === 1 ? 5 : 1,
    end: Infinity,
  })),
  ...seldom.map((contender) => ({ workload, clients, contender, every: 5, end: roundsOfProcess })),
]);

/** Workloads that a contender serves. */
export function workloadsOf(contender: Name): Workload[] {
  return [...new Set(matrix.filter((cell) => cell.contender === contender).map(({ workload }) => workload))];
}

/** The order of a round. Every second round is reversed, so that no contender always follows the same contender. */
export function inOrderOf<T>(round: number, contenders: readonly T[]): readonly T[] {
  return round % 2 === 0 ? contenders : contenders.toReversed();
}

/** Contenders of the rounds from `first` on, without `end`. */
export function contendersOf(first: number, end: number): Set<Name> {
  const contenders = new Set<Name>();
  for (let round = first; round < end; round++) {
    for (const { contender } of cellsOf(round)) contenders.add(contender);
  }
  return contenders;
}

/** The cells of a round, from 0 on. */
export function cellsOf(round: number): MatrixCell[] {
  const due = matrix.filter(({ every, end }) => round % every === 0 && round < end);
  const groups = [...Map.groupBy(due, ({ workload, clients }) => `${workload} ${clients}`).values()];
  return groups.flatMap((group) => inOrderOf(round, group));
}
