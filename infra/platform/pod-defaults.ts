import type { types } from "@pulumi/kubernetes";

type PodSecurityContext = types.input.core.v1.PodSecurityContext;
type SecurityContext = types.input.core.v1.SecurityContext;

/** Labels that select the pods of one component. The labels can't change, because selectors are immutable. */
export function podLabels(component: string): Record<string, string> {
  return { "app.kubernetes.io/name": component };
}

/** Formats labels for kubectl's `--selector`. */
export function selector(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

/** Labels that Percona's operator sets on the pods of a replica set. */
export function memberLabelsOf(replicaSet: string): Record<string, string> {
  return { "app.kubernetes.io/name": "percona-server-mongodb", "app.kubernetes.io/instance": replicaSet };
}

/** The pod's part of the `restricted` pod security standard, for one user id. */
export function podSecurity(uid: number): PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: uid,
    runAsGroup: uid,
    fsGroup: uid,
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** The container's part of the standard `restricted`, and a read-only root file system. */
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
 * Spreads pods over nodes, and over zones if nodes have a zone label, as evenly as there is room. Pods of an
 * earlier rollout don't count, because they are about to end. The zone is a preference, not a second constraint,
 * because the scheduler would then ignore nodes without the label. In a cluster without zones, no pod would be
 * spread.
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

/** Replaces a pod on an unavailable node after so many seconds. The default of Kubernetes is 300. */
export function unavailableNodeTolerations(tolerationSeconds: number): types.input.core.v1.Toleration[] {
  return ["not-ready", "unreachable"].map((condition) => ({
    key: `node.kubernetes.io/${condition}`,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds,
  }));
}
