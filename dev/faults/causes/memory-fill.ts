import { setTimeout as sleep } from "node:timers/promises";
import { pods } from "../../cluster-tests/support/cluster-objects.ts";
import { containerId, onNode, onePod, until, webSelector } from "../../cluster-tests/support/stack-pods.ts";
import type { FaultRun } from "../fault-run.ts";

/**
 * Lowers the memory limit of one of the service's pods to its usage. The kernel then ends the container, like any
 * container over its limit. Returns a note with the reason.
 */
export async function fillMemory(run: FaultRun): Promise<string[]> {
  const pod = await onePod(run.namespace, webSelector);
  const { name } = pod.metadata;
  await onNode(pod.spec.nodeName ?? "", lowerLimit(containerId(pod)));
  run.mark("the limit is lowered");
  let reason = "";
  await until("the kernel ends the container and the kubelet starts another", 120, async () => {
    const now = (await pods(run.namespace, webSelector)).find(({ metadata }) => metadata.name === name);
    const ended = now?.status.containerStatuses?.[0]?.lastState?.terminated;
    reason = `${ended?.reason ?? ""}, exit code ${ended?.exitCode ?? ""}`;
    return ended?.exitCode === 137;
  });
  await sleep(1000);
  return [`its container ended: ${reason}`];
}

/**
 * Repeatedly sets the limit to the memory in use. When a heap shrinks, the limit follows, and the heap's next growth
 * exceeds it. Version 1 of control groups rejects a limit below the memory in use.
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
