import { parseArgs } from "node:util";
import { UserError } from "../process/user-error.ts";
import { mixes, type Mix } from "./request-mix.ts";

/** What is asked of `npm run load`. */
export interface Options {
  /** Length of the load. */
  readonly seconds: number;
  /** Requests a second whatever becomes of them, or clients that wait for their answers. */
  readonly load: { readonly rate: number } | { readonly clients: number };
  readonly mix: Mix;
  /** Seconds after the load in which the pods may come back to their minimum. */
  readonly wait: number;
  /** Whether docs/performance.md is written. */
  readonly write: boolean;
}

/** Enough to make the autoscaler want more than three pods, and to leave a machine of two CPUs some of them. */
const defaultRate = 300;

/**
 * Reads the command line.
 * @throws {UserError} one sentence that names the option, what it may be, and what it is
 */
export function readOptions(args: readonly string[]): Options {
  const { values } = parse(args);
  const { rate, clients, mix } = values;
  if (rate !== undefined && clients !== undefined)
    throw new UserError("--rate and --clients exclude each other.");
  if (!(mix in mixes))
    throw new UserError(`--mix must be one of ${Object.keys(mixes).join(", ")}, not "${mix}".`);
  return {
    seconds: integer("--seconds", values.seconds, 1, 1800),
    load:
      clients === undefined
        ? { rate: integer("--rate", rate ?? String(defaultRate), 1, 20_000) }
        : { clients: integer("--clients", clients, 1, 500) },
    mix: mix as Mix,
    wait: integer("--wait", values.wait, 0, 3600),
    write: values.write,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seconds: { type: "string", default: "120" },
        rate: { type: "string" },
        clients: { type: "string" },
        mix: { type: "string", default: "mixed" },
        wait: { type: "string", default: "600" },
        write: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UserError((error as Error).message, { cause: error });
  }
}

function integer(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UserError(`${option} must be a whole number from ${least} to ${most}, not "${text}".`);
}
