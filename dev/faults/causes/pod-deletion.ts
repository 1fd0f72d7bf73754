import { kubectl } from "../../cluster-tests/support/cluster-kubectl.ts";
import { pods } from "../../cluster-tests/support/cluster-objects.ts";
import {
  onePod,
  until,
  isReady,
  mongodbSelector,
  webSelector,
} from "../../cluster-tests/support/stack-pods.ts";
import type { FaultRun } from "../fault-run.ts";

/** Deletes one of the service's pods. */
export async function deletePod(run: FaultRun): Promise<string[]> {
  await remove(run, webSelector);
  return [];
}

/** Deletes one of the service's pods like `kubectl delete --force`: the API forgets the pod at once. */
export async function forceDeletePod(run: FaultRun): Promise<string[]> {
  await remove(run, webSelector, "--grace-period=0", "--force");
  return [];
}

/** Deletes MongoDB's pod. Returns when its successor is ready, in milliseconds since the load began. */
export async function deleteDatabasePod(run: FaultRun): Promise<number> {
  const old = await remove(run, mongodbSelector);
  await until("MongoDB is ready again", 180, async () => {
    const [pod] = await pods(run.namespace, mongodbSelector);
    return pod !== undefined && pod.metadata.uid !== old && isReady(pod);
  });
  run.mark("MongoDB is ready");
  return run.now();
}

/** Returns the uid, because the next pod of a StatefulSet has the same name. */
async function remove({ namespace }: FaultRun, labels: string, ...how: string[]): Promise<string> {
  const { metadata } = await onePod(namespace, labels);
  await kubectl("delete", "pod", metadata.name, "--namespace", namespace, "--wait=false", ...how);
  return metadata.uid;
}
