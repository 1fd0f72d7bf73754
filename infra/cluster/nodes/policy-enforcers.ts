/** The parts of a DaemonSet that this program reads. */
export interface DaemonSet {
  readonly kind: "DaemonSet";
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly name: string;
          readonly image?: string;
          readonly command?: readonly string[];
          readonly args?: readonly string[];
        }[];
      };
    };
  };
}

/** DaemonSets that always enforce NetworkPolicies, and their names in messages. */
const alwaysEnforcing: readonly (readonly [RegExp, string])[] = [
  [/^(rke2-)?canal$/, "Canal"],
  [/^calico-node$/, "Calico"],
  [/^cilium$/, "Cilium"],
  [/^anetd$/, "GKE Dataplane V2"],
  [/^antrea-agent$/, "Antrea"],
  [/^weave-net$/, "Weave Net"],
  [/^ovnkube-node/, "OVN-Kubernetes"],
  [/^kube-ovn-cni$/, "Kube-OVN"],
  [/^azure-npm/, "Azure Network Policy Manager"],
  [/^kube-network-policies/, "kube-network-policies"],
];

/** The date of the first kindnetd that enforces NetworkPolicies, in minikube 1.34 and kind 0.24. */
const enforcingKindnet = 20240730;

/**
 * Returns the plugin that enforces NetworkPolicies, or undefined if no known plugin does.
 * @param kubeletVersions show k3s, whose enforcer is part of the kubelet's process
 */
export function policyEnforcer(
  daemonSets: readonly DaemonSet[],
  kubeletVersions: readonly string[],
): string | undefined {
  for (const found of daemonSets) {
    const name = enforcerOf(found);
    if (name !== undefined) return name;
  }
  return kubeletVersions.some((version) => version.includes("+k3s")) ? "k3s" : undefined;
}

function enforcerOf({ metadata, spec }: DaemonSet): string | undefined {
  const [, always] = alwaysEnforcing.find(([pattern]) => pattern.test(metadata.name)) ?? [];
  if (always !== undefined) return always;
  const { containers } = spec.template.spec;
  const has = (flag: RegExp) =>
    containers.some(({ command = [], args = [] }) => [...command, ...args].some((arg) => flag.test(arg)));
  switch (metadata.name) {
    case "kube-router":
      // The firewall is on by default.
      return has(/^--run-firewall=(false|0|f)$/i) ? undefined : "kube-router";
    case "aws-node":
      return has(/^--enable-network-policy=(true|1|t)$/i) ? "the Amazon VPC CNI" : undefined;
    case "kindnet":
      return containers.some(({ image = "" }) => kindnetDate(image) >= enforcingKindnet)
        ? "kindnet"
        : undefined;
    default:
      return undefined;
  }
}

/** kindnetd's versions are dates, such as kindest/kindnetd:v20250512-df8de77b. */
function kindnetDate(image: string): number {
  return Number(/kindnetd:v(\d{8})/.exec(image)?.[1] ?? 0);
}
