import { answerOf, whyNot } from "../http/url-answer.ts";
import { askCluster, type ClusterClient } from "../kubernetes/cluster-client.ts";
import { readDeployment, readEvents, readMongodb, readScaling, type StackObjects } from "./read-objects.ts";
import { loggedProblem } from "./logged-problem.ts";
import type { PodStatus, Status, UrlStatus, WorkloadStatus } from "./stack-status.ts";

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

/**
 * Asks the cluster and the service, and changes nothing.
 * @throws {UserError} why the cluster does not answer
 */
export async function askStatus(place: Place, now = new Date()): Promise<Status> {
  const { profile, namespace, hasExternalMongodb } = place;
  const [objects, health] = await Promise.all([
    askCluster(profile, (client) => listObjects(client, namespace)),
    askUrl(place),
  ]);
  return {
    time: now.toISOString(),
    profile,
    namespace,
    url: health,
    service: await withLoggedProblems(place, objects, readDeployment(objects, now)),
    scaling: readScaling(objects),
    mongodb: {
      ...readMongodb(objects, now),
      isExternal: hasExternalMongodb,
      roundTripMs: health.mongodbRoundTripMs,
    },
    events: readEvents(objects, now),
  };
}

/** Of a pod that isn't ready its log says more than Kubernetes does. */
async function withLoggedProblems(
  place: Place,
  { pods }: StackObjects,
  service: WorkloadStatus,
): Promise<WorkloadStatus> {
  const explained = service.pods.map(async (status): Promise<PodStatus> => {
    const pod = pods.find(({ metadata }) => metadata?.name === status.name);
    if (pod === undefined || status.ready || status.state === "stopping") return status;
    return { ...status, problem: status.problem ?? (await loggedProblem(place, pod)) };
  });
  return { ...service, pods: await Promise.all(explained) };
}

async function listObjects(
  { core, apps, autoscaling }: ClusterClient,
  namespace: string,
): Promise<StackObjects> {
  const [deployments, statefulSets, pods, autoscalers, events] = await Promise.all([
    apps.listNamespacedDeployment({ namespace }),
    apps.listNamespacedStatefulSet({ namespace }),
    core.listNamespacedPod({ namespace }),
    autoscaling.listNamespacedHorizontalPodAutoscaler({ namespace }),
    core.listNamespacedEvent({ namespace }),
  ]);
  return {
    deployments: deployments.items,
    statefulSets: statefulSets.items,
    pods: pods.items,
    autoscalers: autoscalers.items,
    events: events.items,
  };
}

/** Asks the service at its URL. Never throws. */
export async function askUrl({ url, address }: Pick<Place, "url" | "address">): Promise<UrlStatus> {
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
