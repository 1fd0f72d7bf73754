import type { types } from "@pulumi/kubernetes";

type PodSecurityContext = types.input.core.v1.PodSecurityContext;
type SecurityContext = types.input.core.v1.SecurityContext;

/** Labels that select the pods of one component. They can't change: selectors are immutable. */
export function podLabels(component: string): Record<string, string> {
  return { "app.kubernetes.io/name": component };
}

/** Labels as kubectl's `--selector` takes them. */
export function selector(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

/** Labels that Percona's operator gives the pods of a replica set. */
export function memberLabelsOf(replicaSet: string): Record<string, string> {
  return { "app.kubernetes.io/name": "percona-server-mongodb", "app.kubernetes.io/instance": replicaSet };
}

/** The pod half of the `restricted` pod security standard, for one user id. */
export function podSecurity(uid: number): PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: uid,
    runAsGroup: uid,
    fsGroup: uid,
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** The container half of it, and a root file system that nobody writes to. */
export function containerSecurity(): SecurityContext {
  return {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    privileged: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
  };
}

/**
 * Spread over nodes, and over zones where nodes have the label of one, as evenly as there is room. Pods of an earlier
 * rollout don't keep a node from being taken: they are on their way out. The zone is no second constraint, because the
 * scheduler then ignores all nodes without that label: in a cluster without zones nothing would be spread.
 */
export function spread(
  labels: Readonly<Record<string, string>>,
): Pick<types.input.core.v1.PodSpec, "topologySpreadConstraints" | "affinity"> {
  const labelSelector = { matchLabels: labels };
  const zone = { topologyKey: "topology.kubernetes.io/zone", labelSelector };
  return {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector,
        matchLabelKeys: ["pod-template-hash"],
      },
    ],
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: zone }],
      },
    },
  };
}

/** A pod on a node that is away is replaced after so many seconds; Kubernetes' own choice is 300. */
export function leaveAfter(tolerationSeconds: number): types.input.core.v1.Toleration[] {
  return ["not-ready", "unreachable"].map((condition) => ({
    key: `node.kubernetes.io/${condition}`,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds,
  }));
}
