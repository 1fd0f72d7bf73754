import { containerId, mongodbSelector, onNode, onePod } from "../../cluster-tests/support/stack-pods.ts";
import type { FaultRun } from "../fault-run.ts";

/** Durations for which MongoDB is alternately stopped and running. */
export interface Slowness {
  readonly stoppedSeconds: number;
  readonly runningSeconds: number;
  /** Total duration. */
  readonly seconds: number;
}

/** Slows MongoDB down: repeatedly stops and continues its processes. */
export async function slowDatabase(run: FaultRun, slowness: Slowness): Promise<void> {
  const pod = await onePod(run.namespace, mongodbSelector);
  const { stoppedSeconds, runningSeconds } = slowness;
  run.mark(`MongoDB is stopped for ${stoppedSeconds} s of ${stoppedSeconds + runningSeconds} s`);
  await onNode(pod.spec.nodeName ?? "", stopAndContinue(containerId(pod), slowness));
  run.mark("MongoDB runs");
}

/** The loop ends by itself. Any end of the script continues MongoDB. */
function stopAndContinue(container: string, { stoppedSeconds, runningSeconds, seconds }: Slowness): string {
  return `
pids=$(grep -ls ${container} /proc/[0-9]*/cgroup | cut -d/ -f3)
[ -n "$pids" ] || { echo "no process of ${container}" >&2; exit 1; }
trap 'kill -CONT $pids' EXIT
trap exit HUP INT TERM
end=$(($(date +%s) + ${seconds}))
while [ $(date +%s) -lt $end ]; do
  kill -STOP $pids; sleep ${stoppedSeconds}
  kill -CONT $pids; sleep ${runningSeconds}
done`;
}
