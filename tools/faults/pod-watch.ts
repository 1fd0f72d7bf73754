import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { profile, webSelector } from "./cluster.ts";
import type { ReadyPods } from "./timeline.ts";

/** Follows how many of the service's pods are ready. */
export interface PodWatch {
  readonly changes: readonly ReadyPods[];
  stop(): Promise<void>;
}

/** One kubectl that watches, and another when that ends with its cluster. */
export function watchPods(namespace: string, now: () => number): PodWatch {
  const changes: ReadyPods[] = [];
  const stopping = new AbortController();
  let watching: ChildProcess | undefined;

  function noteChange(line: string): void {
    const ready = Number(line);
    if (changes.at(-1)?.ready !== ready) changes.push({ at: now(), ready });
  }
  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      watching = spawn("kubectl", watchArguments(namespace), { stdio: ["ignore", "pipe", "ignore"] });
      createInterface({ input: watching.stdout as NodeJS.ReadableStream }).on("line", noteChange);
      await once(watching, "close");
      await sleep(1000, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  const watched = watch();

  return {
    changes,
    async stop() {
      stopping.abort();
      watching?.kill();
      await watched;
    },
  };
}

/** Prints a line a change: the number of ready pods, or nothing for none. */
function watchArguments(namespace: string): string[] {
  const where = ["--context", profile, "--namespace", namespace, "--selector", webSelector];
  return ["get", "deployments", ...where, "--watch", "--output", "jsonpath={.status.readyReplicas}{'\\n'}"];
}
