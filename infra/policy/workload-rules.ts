import { containersOf, type Container, type Pods, type PodSpec } from "./pod-rules.ts";

/** Returns the problems with pods, one sentence each. */
export type PodRule = (pods: Pods) => string[];

/** Without probes, a container gets requests before it is ready, and keeps getting them after a failure. */
export const probes: PodRule = ({ spec, serve }) =>
  serve
    ? spec.containers.flatMap((container) =>
        (["startupProbe", "readinessProbe", "livenessProbe"] as const)
          .filter((probe) => container[probe] === undefined)
          .map((probe) => `container ${container.name} has no ${probe}`),
      )
    : [];

/** Without limits, a container can use up the memory of the node. */
export const limits: PodRule = ({ spec }) =>
  containersOf(spec).flatMap(({ name, resources }) =>
    (["requests", "limits"] as const).flatMap((kind) =>
      ["cpu", "memory"]
        .filter((resource) => resources?.[kind]?.[resource] === undefined)
        .map((resource) => `container ${name} has no ${resource} in resources.${kind}`),
    ),
  );

/** The `restricted` pod security standard, a read-only root file system, and no token of the Kubernetes API. */
export const restricted: PodRule = ({ spec }) => [
  ...problems("the pod", podProblems(spec)),
  ...containersOf(spec).flatMap((container) =>
    problems(`container ${container.name}`, containerProblems(container)),
  ),
];

/** A tag such as `latest` can change its image without a rollout. */
export const fixedImages: PodRule = ({ spec }) =>
  containersOf(spec)
    .filter(({ image = "" }) => !isFixed(image))
    .map(({ name, image = "none" }) => `container ${name} has the image ${image}: add a version or a digest`);

function isFixed(image: string): boolean {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return true;
  // Reads the part after the last slash, because a registry's port has a colon, too.
  const tag = /^[^/@]+:([\w.-]+)$/.exec(image.split("/").at(-1) ?? "")?.[1] ?? "latest";
  return tag !== "latest" && /\d/.test(tag);
}

function podProblems(spec: PodSpec): Record<string, boolean> {
  const { securityContext: context = {} } = spec;
  return {
    "may run as root: set runAsNonRoot to true, and runAsUser to another user than 0":
      context.runAsNonRoot !== true || context.runAsUser === 0,
    "lacks the seccomp profile RuntimeDefault: set seccompProfile.type":
      context.seccompProfile?.type !== "RuntimeDefault",
    "mounts a service account's token: set automountServiceAccountToken to false":
      spec.automountServiceAccountToken !== false,
    "shares the node's network or processes: remove hostNetwork, hostPID and hostIPC": [
      spec.hostNetwork,
      spec.hostPID,
      spec.hostIPC,
    ].includes(true),
    "mounts a folder of the node: remove the hostPath volume": (spec.volumes ?? []).some(
      ({ hostPath }) => hostPath !== undefined,
    ),
  };
}

function containerProblems({ securityContext: context = {} }: Container): Record<string, boolean> {
  const { capabilities = {} } = context;
  return {
    "may gain privileges: set allowPrivilegeEscalation and privileged to false":
      context.allowPrivilegeEscalation !== false || context.privileged === true,
    "may run as root: set runAsNonRoot to true, and runAsUser to another user than 0":
      context.runAsNonRoot !== true || context.runAsUser === 0,
    "can write to its root file system: set readOnlyRootFilesystem to true":
      context.readOnlyRootFilesystem !== true,
    "keeps capabilities: drop ALL, and add none":
      !(capabilities.drop ?? []).includes("ALL") || (capabilities.add ?? []).length > 0,
  };
}

function problems(what: string, found: Record<string, boolean>): string[] {
  return Object.entries(found)
    .filter(([, isProblem]) => isProblem)
    .map(([problem]) => `${what} ${problem}`);
}
