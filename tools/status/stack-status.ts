/** How the stack is at one moment. `--json` prints it. Times are ISO 8601, ages in seconds. */
export interface Status {
  readonly time: string;
  readonly profile: string;
  readonly namespace: string;
  readonly url: UrlStatus;
  readonly service: WorkloadStatus;
  /** Missing while there is no autoscaler. */
  readonly scaling?: ScalingStatus | undefined;
  readonly mongodb: MongodbStatus;
  /** Warnings of the last hour that still matter, newest first. */
  readonly events: readonly EventStatus[];
}

/** What the URL answers. */
export interface UrlStatus {
  readonly address: string;
  readonly ok: boolean;
  readonly ms?: number;
  /** Version of the service. */
  readonly version?: string | undefined;
  readonly mongodbRoundTripMs?: number | undefined;
  /** Why it is not ok. */
  readonly fault?: string | undefined;
}

/** The pods of the service, or of MongoDB. */
export interface WorkloadStatus {
  readonly wanted: number;
  readonly ready: number;
  readonly pods: readonly PodStatus[];
  /** All images of these pods: more than one while they are rolled out. */
  readonly images: readonly string[];
}

/** MongoDB: one of our own, a replica set, or somebody else's, of which only the service knows. */
export interface MongodbStatus extends WorkloadStatus {
  readonly isExternal: boolean;
  /** As the pod that answered measured it. */
  readonly roundTripMs?: number | undefined;
}

/** One pod. */
export interface PodStatus {
  readonly name: string;
  readonly ready: boolean;
  /** What it does: `ready`, `not ready`, `stopping`, or what Kubernetes says that it waits for. */
  readonly state: string;
  readonly age: number;
  readonly restarts: number;
  /** Why it was restarted the last time. */
  readonly lastEnd?: string | undefined;
  /** What keeps the pod from starting or serving, in a sentence, where Kubernetes or the container's log says it. */
  readonly problem?: string | undefined;
}

/** What the autoscaler does. */
export interface ScalingStatus {
  readonly current: number;
  readonly wanted: number;
  readonly least: number;
  readonly most: number;
  /** Percent of the CPU that a pod asks for; missing while it is not measured. */
  readonly cpu?: number | undefined;
  readonly cpuTarget?: number | undefined;
}

/** A warning of Kubernetes'. */
export interface EventStatus {
  readonly age: number;
  readonly about: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
}

/** Whether everything is as it should be. */
export function isWell({ url, service, mongodb }: Status): boolean {
  // A rollout may be stuck while the previous pods are ready. An evicted pod stays as Failed, and another replaces it.
  const isStuck = ({ problem, state }: PodStatus) => problem !== undefined && state !== "Failed";
  const whole = ({ wanted, ready, pods }: WorkloadStatus) =>
    wanted > 0 && ready >= wanted && !pods.some(isStuck);
  return url.ok && whole(service) && (mongodb.isExternal || whole(mongodb));
}
