import { setTimeout as sleep } from "node:timers/promises";
import { inPod, podsOf } from "../../security/support/admitted-pods.ts";
import { kubectl } from "../../support/cluster-kubectl.ts";
import { names } from "../../support/running-cluster.ts";

/** Requests that continue until they are stopped. */
export interface Traffic {
  stop(): Promise<void>;
}

/** Milliseconds between two rounds of {@link startTraffic}. The load is negligible for one CPU of a laptop. */
const pauseMs = 250;

/** Repeatedly requests every route of /data, and these paths. Ignores errors. */
export function startTraffic(url: string, paths: readonly string[] = []): Traffic {
  const stopping = new AbortController();
  const send = async (path: string, method = "GET", body?: object) => {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const init = body === undefined ? {} : { headers: { "Content-Type": type }, body: JSON.stringify(body) };
    const response = await fetch(url + path, { method, ...init }).catch(() => new Response());
    await response.text().catch(() => undefined);
    return response.headers.get("Location") ?? "";
  };
  const round = async () => {
    for (const path of ["/", "/data", ...paths]) await send(path);
    const document = await send("/data", "POST", { a: 1 });
    await send(document);
    await send(document, "PUT", { a: 2 });
    await send(document, "PATCH", { a: 3 });
    await send(document, "DELETE");
    await send("/nothing");
  };
  const ended = (async () => {
    while (!stopping.signal.aborted) {
      await round();
      await sleep(pauseMs);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

/** Sets the number of MongoDB's pods. With 0, waits until the pod is deleted. */
export async function scaleMongodb(namespace: string, replicas: 0 | 1): Promise<void> {
  const [statefulSet = ""] = await names("statefulsets", namespace);
  await kubectl("scale", statefulSet, "--namespace", namespace, `--replicas=${replicas}`);
  if (replicas === 1) return;
  const deleted = ["--for=delete", "--selector=app.kubernetes.io/name=mongodb", "--timeout=120s"];
  await kubectl("wait", "pods", "--namespace", namespace, ...deleted);
}

/** Sends requests from inside each pod of the service, ready or not. Returns the statuses. */
export async function requestEachPod(namespace: string, count: number): Promise<number[]> {
  const script = `
    const send = () => new Promise((resolve, reject) => {
      const { get } = require("node:http");
      get("http://127.0.0.1:3000/data", (answer) => answer.resume().on("end", () => resolve(answer.statusCode)))
        .on("error", reject);
    });
    (async () => {
      const statuses = [];
      while (statuses.length < ${count}) statuses.push(await send());
      console.log(JSON.stringify(statuses));
    })();
  `;
  const statuses: number[] = [];
  for (const { metadata } of await podsOf(namespace, "web")) {
    const output = await inPod(namespace, metadata.name, ["/nodejs/bin/node", "--eval", script]);
    statuses.push(...(JSON.parse(output) as number[]));
  }
  return statuses;
}
