/** What an autoscaler wants, from its status: before it has measured it says 0, and leaves the pods as they are. */
export function wantedPods(currentReplicas: number, desiredReplicas: number): number {
  return desiredReplicas === 0 ? currentReplicas : desiredReplicas;
}
