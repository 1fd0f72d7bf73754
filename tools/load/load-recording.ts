import type { ReadyPods } from "../traffic/chart-panels.ts";
import type { Sample } from "../traffic/request-samples.ts";
import type { Autoscaler, Scaling } from "./watch-autoscaler.ts";

/** Everything observed during a load. Times are milliseconds since the load began. */
export interface Recording {
  readonly autoscaler: Autoscaler;
  readonly samples: readonly Sample[];
  readonly pods: readonly ReadyPods[];
  readonly scaling: readonly Scaling[];
  /** When the load ended. */
  readonly off: number;
  /** When the observation ended. */
  readonly end: number;
}

/** The autoscaler's reaction, in milliseconds. */
export interface Reaction {
  /** From the load's start until one pod more than the minimum was ready. Undefined if this never happened. */
  readonly anotherPod?: number | undefined;
  /** From the load's end until the number of pods was the minimum again. Undefined if this never happened. */
  readonly minimum?: number | undefined;
  /** Largest number of ready pods. */
  readonly mostPods: number;
  /** Highest average CPU, in percent of the request. Undefined if never measured. */
  readonly mostCpu?: number | undefined;
}

/** Computes the autoscaler's reaction from a recording. */
export function reaction({ autoscaler: { min }, pods, scaling, off }: Recording): Reaction {
  const readyAt = (at: number) => pods.findLast((change) => change.at <= at)?.ready ?? pods[0]?.ready ?? 0;
  const mostPods = Math.max(0, ...pods.map(({ ready }) => ready));
  const last = pods.at(-1);
  const cpus = scaling.flatMap(({ cpu }) => cpu ?? []);
  // If the load starts above the minimum, the first added pod can't be measured.
  const isAtMinimum = readyAt(0) <= min;
  const more = isAtMinimum ? pods.find(({ ready }) => ready > min) : undefined;
  const isBack = mostPods > min && last !== undefined && last.ready <= min;
  return {
    anotherPod: more?.at,
    minimum: isBack ? Math.max(0, last.at - off) : undefined,
    mostPods,
    ...(cpus.length === 0 ? {} : { mostCpu: Math.max(...cpus) }),
  };
}

/** Whether the number of pods is the minimum, and the autoscaler wants no more. */
export function isAtMinimum(min: number, pods: readonly ReadyPods[], scaling: readonly Scaling[]): boolean {
  return pods.at(-1)?.ready === min && (scaling.at(-1)?.wanted ?? min) <= min;
}
