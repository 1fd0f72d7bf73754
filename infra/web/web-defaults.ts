import type { Requests } from "../cluster/nodes/capacity.ts";
import { memoryOf } from "../cluster/nodes/quantity.ts";

/** What a pod requests: five of them, MongoDB and Kubernetes itself fit the two CPUs that minikube takes. */
export const webRequests: Requests = { cpu: "100m", memory: "64Mi" };
/** With half a CPU a pod that starts, or takes over another pod's clients, waits longer than a request may. */
export const webLimits: Requests = { cpu: "1", memory: "128Mi" };
/** Share of the memory limit that Node's heap gets. Node's buffers and code need the rest. */
const heapShare = 3 / 4;
/** Mebibytes of Node's heap. */
export const heapMiB = Math.floor((memoryOf(webLimits.memory) / 1024 ** 2) * heapShare);

/** Seconds for which the autoscaler keeps the highest number of pods that it has recommended. */
export const scaleDownWindowSeconds = 300;

// A pod ends in three steps: preStop, then the service's drain and its shutdown. The service has the times of the last
// two: DRAIN_MS and SHUTDOWN_MS in service/service-settings.ts. Together all three must fit in the grace period.

/**
 * Seconds of preStop, in which every node learns that the pod ends. With one node there is one to tell, and `destroy`
 * need not wait longer.
 */
export const preStopSeconds = { oneNode: 3, severalNodes: 5 };
/** Seconds after which Kubernetes kills a pod that has not ended. */
export const terminationGraceSeconds = 35;

/**
 * Milliseconds that the service keeps idle connections of a proxy: longer than any proxy keeps them, because a proxy
 * answers 502 if it sends on a connection that the service is just closing. ingress-nginx keeps them 60 s, Traefik 90 s,
 * Caddy 2 minutes, Google's load balancer 10 minutes, and proxies with Envoy one hour.
 */
export const proxyKeepAliveMs = 3_660_000;

/** Seconds after which the pods of an unreachable node are replaced. */
export const unreachableNodeSeconds = 30;
/** Seconds in which a rollout has to get one pod further. */
export const progressDeadlineSeconds = 120;
/** Seconds that the replacement of one pod takes at most. */
export const podReplacementSeconds = 15;
