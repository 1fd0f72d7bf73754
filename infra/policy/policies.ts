import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { networkProblems, type Database, type PolicySpec } from "./network-rules.ts";
import { podsOf } from "./pod-rules.ts";
import { fixedImages, limits, probes, restricted, type PodRule } from "./workload-rules.ts";

/** The label that selects the pod security standard of a namespace. */
const enforceLabel = "pod-security.kubernetes.io/enforce";

/** Every policy of the pack. */
export const policies: (ResourceValidationPolicy | StackValidationPolicy)[] = [
  forPods("probes", "Long-running containers have a startup, a readiness and a liveness probe.", probes),
  forPods("limits", "Containers have requests and limits of CPU and memory.", limits),
  forPods(
    "restricted",
    "Pods meet the restricted standard, with a read-only file system and no token.",
    restricted,
  ),
  forPods("fixed-image", "Images have a version or a digest.", fixedImages),
  {
    name: "restricted-namespace",
    description: "Namespaces enforce the restricted pod security standard.",
    validateResource({ type, props }, report) {
      if (type !== "kubernetes:core/v1:Namespace") return;
      const { labels = {} } = (props.metadata ?? {}) as { labels?: Record<string, string> };
      const standard = labels[enforceLabel];
      if (standard === "restricted") return;
      report(`the namespace's label ${enforceLabel} must be restricted, not ${standard ?? "unset"}`);
    },
  },
  {
    name: "network-policies",
    description: "NetworkPolicies deny all connections except those of the stack.",
    validateStack({ resources }, report) {
      const rules = resources.filter(({ type }) => type === "kubernetes:networking.k8s.io/v1:NetworkPolicy");
      const specs = rules.map(({ props }) => props.spec as PolicySpec);
      for (const problem of networkProblems(specs, databaseOf(resources.map(({ type }) => type))))
        report(problem);
    },
  },
];

/** The kind of a stack's MongoDB, by the types of its resources. */
function databaseOf(types: readonly string[]): Database {
  if (types.some((type) => type.endsWith(":StatefulSet"))) return "standalone";
  return types.some((type) => type.endsWith(":PerconaServerMongoDB")) ? "operator" : "external";
}

function forPods(name: string, description: string, rule: PodRule): ResourceValidationPolicy {
  return {
    name,
    description,
    validateResource({ type, props }, report) {
      const pods = podsOf(type, props);
      if (pods === undefined) return;
      for (const problem of rule(pods)) report(problem);
    },
  };
}
