import { eventually } from "../../../infra/test/e2e/cluster.ts";
import { minikube } from "../cluster.ts";
import type { FaultRun } from "../run.ts";

/** Stops minikube, and starts it again. Gives a note of how long the service was away. */
export async function restartMinikube(run: FaultRun): Promise<string[]> {
  await minikube("stop");
  run.mark("minikube is stopped");
  await minikube("start");
  run.mark("minikube is started");
  const started = run.now();
  await eventually(`${run.url}/health/ready`, ({ status }) => status === 200);
  const seconds = ((run.now() - started) / 1000).toFixed(0);
  return [`ready ${seconds} s after minikube was started`];
}
