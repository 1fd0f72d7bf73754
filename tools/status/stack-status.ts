/** Status of the stack at one moment, as `--json` prints it. Times are ISO 8601, and ages are in seconds. */
export interface Status {
  readonly time: string;
  readonly profile: string;
  readonly namespace: string;
  readonly url: UrlStatus;
  readonly service: WorkloadStatus;
  /** Undefined if there is no autoscaler. */
  readonly scaling?: ScalingStatus | undefined;
  readonly mongodb: MongodbStatus;
  /** Relevant warnings of the last hour, newest first. */
  readonly events: readonly EventStatus[];
}

/** The answer of the service's URL. */
export interface UrlStatus {
  readonly address: string;
  readonly ok: boolean;
  readonly ms?: number;
  /** Version of the service. */
  readonly version?: string | undefined;
  readonly mongodbRoundTripMs?: number | undefined;
  /** Collections that lack an index, because MongoDB rejects the index. @default none */
  readonly failedIndexes?: readonly string[] | undefined;
  /** Why `ok` is false. */
  readonly fault?: string | undefined;
}

/** Status of the pods of the service or of MongoDB. */
export interface WorkloadStatus {
  readonly wanted: number;
  readonly ready: number;
  readonly pods: readonly PodStatus[];
  /** All images of these pods. More than one during a rollout. */
  readonly images: readonly string[];
}

/** Status of MongoDB: standalone, a replica set, or external. Only the service reaches an external MongoDB. */
export interface MongodbStatus extends WorkloadStatus {
  readonly isExternal: boolean;
  /** Measured by the pod that answered. */
  readonly roundTripMs?: number | undefined;
}

/** Status of one pod. */
export interface PodStatus {
  readonly name: string;
  readonly ready: boolean;
  /** `ready`, `not ready`, `stopping`, or Kubernetes' reason for waiting. */
  readonly state: string;
  readonly age: number;
  readonly restarts: number;
  /** Why the container ended before its last restart. */
  readonly lastEnd?: string | undefined;
  /** Whether Kubernetes can't start a container of the pod, for example because the container crashes. */
  readonly isStuck: boolean;
  /** Why the pod doesn't start or serve, in a sentence from Kubernetes or from the container's log. */
  readonly problem?: string | undefined;
}

/** Status of the autoscaler. */
export interface ScalingStatus {
  readonly current: number;
  readonly wanted: number;
  readonly least: number;
  readonly most: number;
  /** Average CPU in percent of the pods' request. Undefined if not measured. */
  readonly cpu?: number | undefined;
  readonly cpuTarget?: number | undefined;
}

/** A warning of Kubernetes: one event, or events with the same reason. */
export interface EventStatus {
  readonly age: number;
  /** Kind and name of the object. */
  readonly about: string;
  /** Number of other objects with the same warning. */
  readonly others: number;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
}

/** Whether the service and MongoDB are complete and the URL answers. */
export function isHealthy({ url, service, mongodb }: Status): boolean {
  // A rollout may be stuck while the previous pods are ready. An evicted pod stays as Failed, and another replaces it.
  const hasFailed = ({ isStuck, problem, state }: PodStatus) =>
    (isStuck || problem !== undefined) && state !== "Failed";
  const isComplete = ({ wanted, ready, pods }: WorkloadStatus) =>
    wanted > 0 && ready >= wanted && !pods.some(hasFailed);
  const hasIndexes = (url.failedIndexes ?? []).length === 0;
  return url.ok && hasIndexes && isComplete(service) && (mongodb.isExternal || isComplete(mongodb));
}
