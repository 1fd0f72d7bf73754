import { answerOf, whyNot } from "../http/url-answer.ts";
import { askKubectl } from "../kubernetes/kubectl.ts";
import { UserError } from "../process/user-error.ts";
import { readDeployment, readEvents, readMongodb, readScaling } from "./read-objects.ts";
import type { KubernetesObject } from "./kubernetes-object.ts";
import type { Status, UrlStatus } from "./stack-status.ts";

/** Milliseconds that the service may take to answer. */
const patience = 3000;

/** Where the stack is. */
export interface Place {
  readonly profile: string;
  readonly namespace: string;
  readonly url: string;
  /** Where the URL's host is. @default what DNS says */
  readonly address?: string | undefined;
  /** Whether MongoDB is somebody else's, and not in the namespace. */
  readonly hasExternalMongodb: boolean;
}

const kinds = "deployments,statefulsets,pods,horizontalpodautoscalers,events";

/**
 * Asks the cluster and the service, and changes nothing.
 * @throws {UserError} what kubectl said
 */
export async function askStatus(place: Place, now = new Date()): Promise<Status> {
  const { profile, namespace, hasExternalMongodb } = place;
  const [answer, health] = await Promise.all([
    askKubectl(profile, ["get", kinds, "--namespace", namespace, "--output", "json"]),
    askHealth(place),
  ]);
  if (answer.kind !== "ok") {
    const why = answer.kind === "absent" ? "neither kubectl nor minikube is on PATH" : answer.message;
    throw new UserError(`The cluster does not answer: ${why}. See what is wrong: npm run doctor`);
  }
  const { items } = JSON.parse(answer.stdout) as { items: readonly KubernetesObject[] };
  return {
    time: now.toISOString(),
    profile,
    namespace,
    url: health,
    service: readDeployment(items, now),
    scaling: readScaling(items),
    mongodb: {
      ...readMongodb(items, now),
      isExternal: hasExternalMongodb,
      roundTripMs: health.mongodbRoundTripMs,
    },
    events: readEvents(items, now),
  };
}

async function askHealth({ url, address }: Place): Promise<UrlStatus> {
  const start = performance.now();
  try {
    const { ok, status, text } = await answerOf(`${url}/health`, patience, address);
    const ms = Math.round(performance.now() - start);
    const { detail, version, mongodb } = readHealth(text);
    return {
      address: url,
      ok,
      ms,
      version,
      mongodbRoundTripMs: mongodb?.roundTripMs,
      fault: ok ? undefined : (detail ?? `HTTP ${status}`),
    };
  } catch (error) {
    return { address: url, ok: false, fault: whyNot(error) };
  }
}

interface Health {
  readonly detail?: string;
  readonly version?: string;
  readonly mongodb?: { readonly roundTripMs?: number };
}

/** An Ingress whose service has no pods says so in HTML. */
function readHealth(text: string): Health {
  try {
    return JSON.parse(text) as Health;
  } catch {
    return {};
  }
}
