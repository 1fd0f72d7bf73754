import type { types } from "@pulumi/kubernetes";
import type { Unwrap } from "@pulumi/pulumi";

/** What a pod is asked to be. */
export type PodSpec = Unwrap<types.input.core.v1.PodSpec>;
/** What a container is asked to be. */
export type Container = Unwrap<types.input.core.v1.Container>;

/** The pods that a resource makes. */
export interface Pods {
  readonly spec: PodSpec;
  /** Whether they run until they are told to stop, and not until they are done. */
  readonly serve: boolean;
}

interface Template {
  readonly spec?: PodSpec;
}

/** The pods of a Kubernetes resource, or `undefined` if it makes none. */
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

/** Every container of a pod, also those that only prepare it. */
export function containersOf({ initContainers = [], containers }: PodSpec): Container[] {
  return [...initContainers, ...containers];
}
