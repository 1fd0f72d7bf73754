import type { ReadyPods } from "../traffic/chart-panels.ts";
import type { Sample } from "../traffic/request-samples.ts";
import type { Autoscaler, Scaling } from "./watch-autoscaler.ts";

/** All that was seen, in milliseconds since the load began. */
export interface Recording {
  readonly autoscaler: Autoscaler;
  readonly samples: readonly Sample[];
  readonly pods: readonly ReadyPods[];
  readonly scaling: readonly Scaling[];
  /** When the load ended. */
  readonly off: number;
  /** When nobody looked any more. */
  readonly end: number;
}

/** What came of the autoscaler, in milliseconds. */
export interface Reaction {
  /** From load on until one pod more than the minimum was ready; undefined where that never was. */
  readonly anotherPod?: number | undefined;
  /** From load off until the pods were the minimum again; undefined where that never was. */
  readonly minimum?: number | undefined;
  /** Pods that were ready at once, at the most. */
  readonly mostPods: number;
  /** Highest average CPU in percent of the request; undefined where none was seen. */
  readonly mostCpu?: number | undefined;
}

/** How the autoscaler took the load. */
export function reaction({ autoscaler: { min }, pods, scaling, off }: Recording): Reaction {
  const readyAt = (at: number) => pods.findLast((change) => change.at <= at)?.ready ?? pods[0]?.ready ?? 0;
  const mostPods = Math.max(0, ...pods.map(({ ready }) => ready));
  const last = pods.at(-1);
  const cpus = scaling.flatMap(({ cpu }) => cpu ?? []);
  // With more pods from the beginning there is nothing to be seen.
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

/** Whether the pods are the minimum, and are to stay so. */
export function isAtMinimum(min: number, pods: readonly ReadyPods[], scaling: readonly Scaling[]): boolean {
  return pods.at(-1)?.ready === min && (scaling.at(-1)?.wanted ?? min) <= min;
}
