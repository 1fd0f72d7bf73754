import type { V1Pod } from "@kubernetes/client-node";

/** Whether Kubernetes reports a pod as ready. A terminating pod may still be. */
export function isReportedReady({ status }: V1Pod): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") === true;
}

/** Whether a pod is ready and not terminating. */
export function isReady(pod: V1Pod): boolean {
  return isReportedReady(pod) && pod.metadata?.deletionTimestamp === undefined;
}
