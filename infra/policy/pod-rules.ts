import type { types } from "@pulumi/kubernetes";
import type { Unwrap } from "@pulumi/pulumi";

/** The spec of a pod. */
export type PodSpec = Unwrap<types.input.core.v1.PodSpec>;
/** The spec of a container. */
export type Container = Unwrap<types.input.core.v1.Container>;

/** The pods of a resource. */
export interface Pods {
  readonly spec: PodSpec;
  /** Whether the pods run until they are stopped. Otherwise they run to completion. */
  readonly serve: boolean;
}

interface Template {
  readonly spec?: PodSpec;
}

/** The pods of a Kubernetes resource, or `undefined` if the resource has none. */
export function podsOf(type: string, props: Readonly<Record<string, unknown>>): Pods | undefined {
  if (!type.startsWith("kubernetes:")) return undefined;
  const spec = (props.spec ?? {}) as {
    template?: Template;
    jobTemplate?: { spec?: { template?: Template } };
  };
  switch (type.split(":").at(-1)) {
    case "Pod":
      return { spec: spec as PodSpec, serve: true };
    case "Deployment":
    case "StatefulSet":
    case "DaemonSet":
    case "ReplicaSet":
      return { spec: spec.template?.spec ?? { containers: [] }, serve: true };
    case "Job":
      return { spec: spec.template?.spec ?? { containers: [] }, serve: false };
    case "CronJob":
      return { spec: spec.jobTemplate?.spec?.template?.spec ?? { containers: [] }, serve: false };
    default:
      return undefined;
  }
}

/** Every container of a pod, including init containers. */
export function containersOf({ initContainers = [], containers }: PodSpec): Container[] {
  return [...initContainers, ...containers];
}
