import { inPod } from "../../security/support/admitted-pods.ts";
import { kubectl } from "../../support/cluster-kubectl.ts";
import { pods, type Pod } from "../../support/cluster-objects.ts";
import { webSelector } from "../../support/stack-pods.ts";

/** Cost of many requests to one pod. */
export interface Cost {
  /** Number of requests that were not answered with 200. */
  readonly failed: number;
  /** Median latency. */
  readonly medianMs: number;
  /** Memory of the pod's process after the requests. */
  readonly memoryMiB: number;
}

/** Number of requests in flight. */
const clients = 4;

/** Sends requests to a pod from inside the pod, so that nothing else is measured. */
export async function costOf(pod: Pod, path: string, count: number): Promise<Cost> {
  const script = `
    const { get, Agent } = require("node:http");
    const agent = new Agent({ keepAlive: true });
    const send = (port, path) => new Promise((resolve) => {
      get({ host: "127.0.0.1", port, path, agent }, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part) => { text += part; });
        answer.on("end", () => resolve({ status: answer.statusCode, text }));
      }).on("error", () => resolve({ status: 599, text: "" }));
    });
    (async () => {
      const times = [];
      let failed = 0, sent = 0;
      const client = async () => {
        while (sent++ < ${count}) {
          const start = performance.now();
          const { status } = await send(3000, ${JSON.stringify(path)});
          times.push(performance.now() - start);
          if (status !== 200) failed++;
        }
      };
      await Promise.all(Array.from({ length: ${clients} }, client));
      const { text } = await send(9464, "/metrics");
      const bytes = Number(/^process_resident_memory_bytes (.*)$/m.exec(text)[1]);
      times.sort((a, b) => a - b);
      const medianMs = times[Math.floor(times.length / 2)];
      console.log(JSON.stringify({ failed, medianMs, memoryMiB: bytes / 2 ** 20 }));
      process.exit();
    })();
  `;
  const { namespace = "", name } = pod.metadata;
  return JSON.parse(await inPod(namespace, name, ["/nodejs/bin/node", "--eval", script])) as Cost;
}

/** A line of the service's log. */
export type LogLine = Readonly<Record<string, unknown>> & {
  readonly msg?: string;
  readonly traceId?: string;
};

/** The logs of the service's existing pods. */
export async function serviceLog(namespace: string): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for (const { metadata } of await pods(namespace, webSelector)) {
    const log = await kubectl("logs", metadata.name, "--namespace", namespace, "--tail=-1");
    lines.push(...log.split("\n").map((line) => JSON.parse(line) as LogLine));
  }
  return lines;
}
