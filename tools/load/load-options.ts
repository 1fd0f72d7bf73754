import type { Mix } from "./request-mix.ts";

/** A load. */
export interface Options {
  /** Length of the load. */
  readonly seconds: number;
  /** Requests a second whatever becomes of them, or clients that wait for their answers. */
  readonly load: { readonly rate: number } | { readonly clients: number };
  readonly mix: Mix;
  /** Seconds after the load in which the pods may come back to their minimum. */
  readonly wait: number;
}

/** A load, as its flags say it: `clients` counts, if given, instead of `rate`. */
export interface LoadFlags extends Omit<Options, "load"> {
  readonly rate: number;
  readonly clients?: number;
}

/** The load that the flags ask for. */
export function loadOptions({ rate, clients, ...others }: LoadFlags): Options {
  return { ...others, load: clients === undefined ? { rate } : { clients } };
}
