import { answerOf, whyNot } from "../http/url-answer.ts";
import { queryCluster, type ClusterClient } from "../kubernetes/cluster-client.ts";
import { readEvents } from "./read-events.ts";
import { readDeployment, readMongodb, readScaling, type StackObjects } from "./read-objects.ts";
import { loggedProblem } from "./logged-problem.ts";
import type { PodStatus, Status, UrlStatus, WorkloadStatus } from "./stack-status.ts";

/** Timeout of the service's answer, in milliseconds. */
const urlTimeoutMs = 3000;

/** Location of a stack in the cluster. */
export interface StackNamespace {
  readonly profile: string;
  readonly namespace: string;
}

/** Location of a stack, with its URL. */
export interface Place extends StackNamespace {
  readonly url: string;
  /** IP address of the URL's host. @default from DNS */
  readonly address?: string | undefined;
  /** Whether MongoDB runs outside the stack's namespace, owned by another party. */
  readonly hasExternalMongodb: boolean;
}

/**
 * Reads the status from the cluster and the service, without changing anything.
 * @throws {UserError} why the cluster does not answer
 */
export async function queryStatus(place: Place, now = new Date()): Promise<Status> {
  const { profile, namespace, hasExternalMongodb } = place;
  const [objects, health] = await Promise.all([
    queryCluster(profile, (client) => listObjects(client, namespace)),
    queryUrl(place),
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

/** Adds the problems from the logs of pods that aren't ready. The logs say more than Kubernetes does. */
async function withLoggedProblems(
  place: Place,
  { pods }: StackObjects,
  service: WorkloadStatus,
): Promise<WorkloadStatus> {
  const explained = service.pods.map(async (status): Promise<PodStatus> => {
    const pod = pods.find(({ metadata }) => metadata?.name === status.name);
    if (pod === undefined || status.ready || status.state === "stopping") return status;
    // After a restart, the container's end is older than its log.
    const isRunning = pod.status?.containerStatuses?.[0]?.state?.running !== undefined;
    const problem = isRunning
      ? ((await loggedProblem(place, pod)) ?? status.problem)
      : (status.problem ?? (await loggedProblem(place, pod)));
    return { ...status, problem };
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

/** Sends a request to the service's URL. Never throws. */
export async function queryUrl({ url, address }: Pick<Place, "url" | "address">): Promise<UrlStatus> {
  const start = performance.now();
  try {
    const { ok, status, text } = await answerOf(`${url}/health`, urlTimeoutMs, address);
    const ms = Math.round(performance.now() - start);
    const { detail, version, mongodb } = readHealth(text);
    return {
      address: url,
      ok,
      ms,
      version,
      mongodbRoundTripMs: mongodb?.roundTripMs,
      failedIndexes: mongodb?.failedIndexes,
      fault: ok ? undefined : (detail ?? `HTTP ${status}`),
    };
  } catch (error) {
    return { address: url, ok: false, fault: whyNot(error) };
  }
}

interface Health {
  readonly detail?: string;
  readonly version?: string;
  readonly mongodb?: { readonly roundTripMs?: number; readonly failedIndexes?: readonly string[] };
}

/** If the service has no pods, the ingress controller answers with HTML. */
function readHealth(text: string): Health {
  try {
    return JSON.parse(text) as Health;
  } catch {
    return {};
  }
}
