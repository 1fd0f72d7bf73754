import { askKubectl } from "../kubectl.ts";
import { Fault } from "../run.ts";
import { readDeployment, readEvents, readMongodb, readScaling } from "./read.ts";
import type { KubernetesObject } from "./objects.ts";
import type { Status, UrlStatus } from "./status.ts";

/** Milliseconds that the service may take to answer. */
const patience = 3000;

/** Where the stack is. */
export interface Place {
  readonly profile: string;
  readonly namespace: string;
  readonly url: string;
}

const kinds = "deployments,statefulsets,pods,horizontalpodautoscalers,events";

/**
 * Asks the cluster and the service, and changes nothing.
 * @throws {Fault} what kubectl said
 */
export async function askStatus({ profile, namespace, url }: Place, now = new Date()): Promise<Status> {
  const [answer, health] = await Promise.all([
    askKubectl(profile, ["get", kinds, "--namespace", namespace, "--output", "json"]),
    askHealth(url),
  ]);
  if (answer.kind !== "ok") {
    const why = answer.kind === "absent" ? "neither kubectl nor minikube is on PATH" : answer.message;
    throw new Fault(`The cluster does not answer: ${why}. See what is wrong: npm run doctor`);
  }
  const { items } = JSON.parse(answer.stdout) as { items: readonly KubernetesObject[] };
  return {
    time: now.toISOString(),
    profile,
    namespace,
    url: health,
    service: readDeployment(items, now),
    scaling: readScaling(items),
    mongodb: { ...readMongodb(items, now), roundTripMs: health.mongodbRoundTripMs },
    events: readEvents(items, now),
  };
}

async function askHealth(address: string): Promise<UrlStatus> {
  const start = performance.now();
  try {
    const response = await fetch(`${address}/health`, { signal: AbortSignal.timeout(patience) });
    const body = (await response.json()) as {
      detail?: string;
      version?: string;
      mongodb?: { roundTripMs?: number };
    };
    return {
      address,
      ok: response.ok,
      ms: Math.round(performance.now() - start),
      version: body.version,
      mongodbRoundTripMs: body.mongodb?.roundTripMs,
      fault: response.ok ? undefined : (body.detail ?? `HTTP ${response.status}`),
    };
  } catch (error) {
    const { cause, message } = error as Error;
    return { address, ok: false, fault: cause instanceof Error ? cause.message : message };
  }
}
