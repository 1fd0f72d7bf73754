/**
 * Number of pods that an autoscaler wants. Before its first measurement, its status says 0, and it leaves the pods as
 * they are.
 */
export function wantedPods(currentReplicas: number, desiredReplicas: number): number {
  return desiredReplicas === 0 ? currentReplicas : desiredReplicas;
}
