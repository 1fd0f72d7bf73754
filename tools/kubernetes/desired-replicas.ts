/** Number of pods that an autoscaler wants. Before its first measurement, it reports 0 and keeps the current pods. */
export function wantedPods(currentReplicas: number, desiredReplicas: number): number {
  return desiredReplicas === 0 ? currentReplicas : desiredReplicas;
}
