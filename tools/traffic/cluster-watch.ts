import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { kubectl } from "../kubernetes/kubectl.ts";

/** Something in the cluster that is followed. */
export interface Watch {
  stop(): Promise<void>;
}

/**
 * Follows an object with one `kubectl get --watch`, and with another when that ends with its cluster.
 * @param what kind and selector
 * @param jsonpath what is told of it at each change, as a line
 */
export function watch(
  profile: string,
  what: readonly string[],
  jsonpath: string,
  onLine: (line: string) => void,
): Watch {
  const output = ["--watch", "--output", `jsonpath=${jsonpath}{'\\n'}`];
  const { program, args } = kubectl(profile, ["get", ...what, ...output]);
  const stopping = new AbortController();
  let watching: ChildProcess | undefined;

  async function follow(): Promise<void> {
    while (!stopping.signal.aborted) {
      watching = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
      createInterface({ input: watching.stdout as NodeJS.ReadableStream }).on("line", onLine);
      await once(watching, "close");
      await sleep(1000, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  const followed = follow();

  return {
    async stop() {
      stopping.abort();
      watching?.kill();
      await followed;
    },
  };
}
