import type { V2HorizontalPodAutoscaler } from "@kubernetes/client-node";
import { queryCluster } from "../kubernetes/cluster-client.ts";
import { UserError } from "../process/user-error.ts";
import { webSelector as labelSelector } from "../traffic/web-selector.ts";
import { watchObjects, type Watch } from "../traffic/cluster-watch.ts";
import { wantedPods } from "../kubernetes/desired-replicas.ts";

/** The service's HorizontalPodAutoscaler. */
export interface Autoscaler {
  readonly min: number;
  readonly max: number;
  /** Target of the average CPU, in percent of the pods' request. The autoscaler adds pods above the target. */
  readonly target: number;
}

/** The autoscaler's status at one moment. */
export interface Scaling {
  /** Milliseconds since the load began. */
  readonly at: number;
  readonly current: number;
  readonly wanted: number;
  /** Average CPU in percent of the request. Undefined if not measured. */
  readonly cpu?: number | undefined;
}

/**
 * Finds the service's autoscaler.
 * @throws {UserError} there is no autoscaler, or the cluster does not answer
 */
export async function findAutoscaler(profile: string, namespace: string): Promise<Autoscaler> {
  const { items } = await queryCluster(profile, ({ autoscaling }) =>
    autoscaling.listNamespacedHorizontalPodAutoscaler({ namespace, labelSelector }),
  );
  const [found] = items;
  if (found === undefined) throw new UserError(`There is no autoscaler in ${namespace}. Run: npm run up`);
  const { minReplicas = 1, maxReplicas, metrics = [] } = found.spec;
  return {
    min: minReplicas,
    max: maxReplicas,
    target: metrics[0]?.resource?.target.averageUtilization ?? NaN,
  };
}

/** A running watch of the autoscaler, with its changes so far. */
export interface AutoscalerWatch extends Watch {
  readonly changes: readonly Scaling[];
}

/** Starts a watch of the autoscaler. */
export function watchAutoscaler(profile: string, namespace: string, now: () => number): AutoscalerWatch {
  const changes: Scaling[] = [];
  const autoscalers = {
    path: `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`,
    labelSelector,
  };
  const watching = watchObjects<V2HorizontalPodAutoscaler>(profile, autoscalers, ({ status }) => {
    const { currentReplicas: current = 0, desiredReplicas = 0, currentMetrics } = status ?? {};
    const cpu = currentMetrics?.[0]?.resource?.current.averageUtilization;
    changes.push({ at: now(), current, wanted: wantedPods(current, desiredReplicas), cpu });
  });
  return { changes, stop: () => watching.stop() };
}

/** Why pods can't be scheduled. Undefined if all pods are scheduled, or if the cluster does not answer. */
export async function whyUnscheduled(profile: string, namespace: string): Promise<string | undefined> {
  const fieldSelector = "status.phase=Pending";
  const pending = await queryCluster(profile, ({ core }) =>
    core.listNamespacedPod({ namespace, labelSelector, fieldSelector }),
  ).catch(() => undefined);
  const reasons = (pending?.items ?? [])
    .flatMap(({ status }) => status?.conditions ?? [])
    .flatMap(({ reason, message = "" }) => (reason === "Unschedulable" ? message : []));
  return reasons.length === 0 ? undefined : reasons.join(" ");
}
