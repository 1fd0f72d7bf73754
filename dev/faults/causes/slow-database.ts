import { containerId, mongodbSelector, onNode, onePod } from "../../cluster-tests/support/stack-pods.ts";
import type { FaultRun } from "../fault-run.ts";

/** Seconds for which MongoDB alternately stands still and runs. */
export interface Slowness {
  readonly still: number;
  readonly runs: number;
  /** Total duration. */
  readonly seconds: number;
}

/** Slows MongoDB down: repeatedly stops and continues its processes. */
export async function slowDatabase(run: FaultRun, slowness: Slowness): Promise<void> {
  const pod = await onePod(run.namespace, mongodbSelector);
  run.mark(`MongoDB stands still for ${slowness.still} s of ${slowness.still + slowness.runs}`);
  await onNode(pod.spec.nodeName ?? "", stopAndContinue(containerId(pod), slowness));
  run.mark("MongoDB runs");
}

/** The loop ends by itself. Any end of the script continues MongoDB. */
function stopAndContinue(container: string, { still, runs, seconds }: Slowness): string {
  return `
pids=$(grep -ls ${container} /proc/[0-9]*/cgroup | cut -d/ -f3)
[ -n "$pids" ] || { echo "no process of ${container}" >&2; exit 1; }
trap 'kill -CONT $pids' EXIT
trap exit HUP INT TERM
end=$(($(date +%s) + ${seconds}))
while [ $(date +%s) -lt $end ]; do
  kill -STOP $pids; sleep ${still}
  kill -CONT $pids; sleep ${runs}
done`;
}
