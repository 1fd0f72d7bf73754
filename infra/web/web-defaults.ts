import type { Requests } from "../cluster/nodes/capacity.ts";
import { bytesOf } from "../cluster/nodes/quantity.ts";

/** A pod's requests. Five pods, MongoDB and Kubernetes itself fit in minikube's default of two CPUs. */
export const webRequests: Requests = { cpu: "100m", memory: "64Mi" };
/** A pod's limits. With half a CPU, a pod that starts or takes over clients would exceed the timeout of requests. */
export const webLimits: Requests = { cpu: "1", memory: "256Mi" };
/**
 * Node's heap as a share of the memory limit. Hundreds of large bodies at once take as much again. Node's buffers and
 * code take 50 MiB. The kernel takes up to 30 MiB, mostly for sockets, which cgroup v2 counts, too.
 */
const heapShare = 1 / 3;
/** Node's heap, in mebibytes. */
const heapMiB = Math.floor((bytesOf(webLimits.memory) / 1024 ** 2) * heapShare);
/**
 * One of the semi-spaces in which V8 keeps new objects, in mebibytes. V8 collects garbage whenever it is full. In a
 * small pod, V8's default is 1 MiB. Its collections take a third to a half of a request's CPU time. 8 MiB save up to a
 * quarter of it against 4. A larger space leaves too little for old objects, which V8 then collects all the time.
 */
const semiSpaceMiB = 8;

/** Environment variables of a service pod that limit its memory. */
export const memoryVariables = {
  // V8 may use three semi-spaces for new objects; old objects have the rest of the heap.
  NODE_OPTIONS: `--max-old-space-size=${heapMiB - 3 * semiSpaceMiB} --max-semi-space-size=${semiSpaceMiB}`,
  // By default, glibc has an arena for each of Node's threads. Their free memory stays with the pod: up to 20 MiB.
  MALLOC_ARENA_MAX: "1",
};

/** Seconds for which the autoscaler keeps its highest recommended number of pods. */
export const scaleDownWindowSeconds = 300;

// A pod ends in three steps: preStop, the service's drain, and its shutdown. DRAIN_MS and SHUTDOWN_MS in
// service/service-settings.ts set the last two. All three together must fit in the grace period.

/**
 * Seconds of preStop, in which every node learns that the pod ends. A single node learns sooner, so that `destroy`
 * is faster.
 */
export const preStopSeconds = { oneNode: 3, severalNodes: 5 };
/** Seconds after which Kubernetes kills a pod that has not ended. */
export const terminationGraceSeconds = 35;

/**
 * Milliseconds that the service keeps a proxy's idle connection: longer than any proxy keeps it. A proxy answers
 * 502 if it sends on a connection that the service is closing. ingress-nginx keeps idle connections 60 s, Traefik
 * 90 s, and Caddy 2 minutes. Google's load balancer keeps them 10 minutes, and proxies with Envoy one hour.
 */
export const proxyKeepAliveMs = 3_660_000;

/** Seconds after which the pods of an unreachable node are replaced. */
export const unreachableNodeSeconds = 30;
/** Seconds without progress after which a rollout has failed. */
export const progressDeadlineSeconds = 120;
/** Maximum seconds for the replacement of one pod. */
export const podReplacementSeconds = 15;
