/** The parts of a DaemonSet that are needed here. */
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

/** DaemonSets that enforce NetworkPolicies wherever they run, and how messages call them. */
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

/** The first kindnetd of which minikube and kind enforce NetworkPolicies: minikube 1.34, kind 0.24. */
const enforcingKindnet = 20240730;

/**
 * What enforces NetworkPolicies, or undefined where nothing that is known to does.
 * @param kubeletVersions k3s has its enforcer in the process that is the kubelet
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
      // On by default.
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

/** Its versions are dates: kindest/kindnetd:v20250512-df8de77b. */
function kindnetDate(image: string): number {
  return Number(/kindnetd:v(\d{8})/.exec(image)?.[1] ?? 0);
}
