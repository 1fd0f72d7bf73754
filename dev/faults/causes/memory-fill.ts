import { setTimeout as sleep } from "node:timers/promises";
import { pods } from "../../cluster-tests/support/cluster-objects.ts";
import { containerId, onNode, onePod, until, webSelector } from "../../cluster-tests/support/stack-pods.ts";
import type { FaultRun } from "../fault-run.ts";

/**
 * Fills the memory of one of the service's pods: its limit comes down to what it uses, and the kernel ends it as it
 * ends any container that is over its limit. Gives a note of what became of it.
 */
export async function fillMemory(run: FaultRun): Promise<string[]> {
  const pod = await onePod(run.namespace, webSelector);
  const { name } = pod.metadata;
  await onNode(pod.spec.nodeName ?? "", lowerLimit(containerId(pod)));
  run.mark("limit is lowered");
  let why = "";
  await until("the kernel ends the container and the kubelet starts another", 120, async () => {
    const now = (await pods(run.namespace, webSelector)).find(({ metadata }) => metadata.name === name);
    const ended = now?.status.containerStatuses?.[0]?.lastState?.terminated;
    why = `${ended?.reason ?? ""}, exit code ${ended?.exitCode ?? ""}`;
    return ended?.exitCode === 137;
  });
  await sleep(1000);
  return [`its container ended: ${why}`];
}

/**
 * Sets the limit to what is used, again and again: it follows a heap that shrinks, and the heap's next growth is over
 * it. Version 1 of control groups refuses a limit that is below what is used.
 */
function lowerLimit(container: string): string {
  return `
for group in $(find /sys/fs/cgroup -type d -name "*${container}*"); do
  if [ -e "$group/memory.max" ]; then limit=memory.max used=memory.current
  elif [ -e "$group/memory.limit_in_bytes" ]; then limit=memory.limit_in_bytes used=memory.usage_in_bytes
  else continue; fi
  for turn in $(seq 600); do
    [ -n "$(cat "$group/cgroup.procs")" ] || break
    cat "$group/$used" > "$group/$limit"
    sleep 0.1
  done
done 2> /dev/null
true`;
}
