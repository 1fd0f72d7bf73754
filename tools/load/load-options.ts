import type { Mix } from "./request-mix.ts";

/** Options of a load. */
export interface Options {
  /** Length of the load, in seconds. */
  readonly seconds: number;
  /** Requests per second, whether or not earlier ones are answered; or clients that wait for each answer. */
  readonly load: { readonly rate: number } | { readonly clients: number };
  readonly mix: Mix;
  /** Limit of the wait after the load for the minimum number of pods, in seconds. */
  readonly wait: number;
}

/** The flags of a load. If `clients` is set, it replaces `rate`. */
export interface LoadFlags extends Omit<Options, "load"> {
  readonly rate: number;
  readonly clients?: number;
}

/** Converts flags to options. */
export function loadOptions({ rate, clients, ...others }: LoadFlags): Options {
  return { ...others, load: clients === undefined ? { rate } : { clients } };
}
