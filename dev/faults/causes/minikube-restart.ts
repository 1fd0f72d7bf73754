import { eventually } from "../../cluster-tests/support/running-cluster.ts";
import { minikube } from "../../cluster-tests/support/stack-pods.ts";
import type { FaultRun } from "../fault-run.ts";

/** Stops and starts minikube. Returns when the service is ready, in milliseconds since the load began. */
export async function restartMinikube(run: FaultRun): Promise<number> {
  await minikube("stop");
  run.mark("minikube is stopped");
  await minikube("start");
  run.mark("minikube is started");
  await eventually(`${run.url}/health/ready`, ({ status }) => status === 200);
  run.mark("the service is ready");
  return run.now();
}
