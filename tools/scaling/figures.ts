import { existsSync, readFileSync } from "node:fs";
import { Fault } from "../run.ts";
import type { Costs } from "./plan.ts";

/** The part of what `npm run bench` writes that is needed here. */
interface Performance {
  readonly date: string;
  readonly cells: readonly {
    readonly contender: string;
    readonly clients: number;
    readonly mix: string;
    readonly cpu: number;
  }[];
}

/** Costs, and where they are from. */
export interface Figures extends Costs {
  readonly source: string;
}

/** The service, as the benchmark calls it, and how many clients count as many. */
const contender = "koa-mongo-stack";
const many = 64;

/**
 * Reads them from the benchmark's result.
 * @throws {Fault} there is none, or it has not what is needed
 */
export function readFigures(file: string): Figures {
  const advice = "Run: npm run bench -- --write, or give --alone and --together, in microseconds of CPU";
  if (!existsSync(file)) throw new Fault(`There is no ${file}. ${advice}`);
  const { cells, date } = JSON.parse(readFileSync(file, "utf8")) as Performance;
  const cost = (clients: number) =>
    cells.find((cell) => cell.contender === contender && cell.mix === "GET" && cell.clients === clients)?.cpu;
  const [alone, together] = [cost(1), cost(many)];
  if (alone === undefined || together === undefined) {
    throw new Fault(`${file} has no GET of ${contender} with 1 and ${many} clients. ${advice}`);
  }
  return { alone, together, source: `\`npm run bench\` on ${date}` };
}
