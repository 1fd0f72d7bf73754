import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { networkFaults, type Database, type PolicySpec } from "./network-rules.ts";
import { podsOf } from "./pod-rules.ts";
import { fixedImages, limits, probes, restricted, type PodRule } from "./workload-rules.ts";

/** Every policy of the pack. */
export const policies: (ResourceValidationPolicy | StackValidationPolicy)[] = [
  forPods("probes", "Containers that serve have a startup, a readiness and a liveness probe.", probes),
  forPods("limits", "Containers have requests and limits of CPU and memory.", limits),
  forPods("restricted", "Pods meet the restricted standard, read-only and without a token.", restricted),
  forPods("fixed-image", "Images have a version or a digest.", fixedImages),
  {
    name: "restricted-namespace",
    description: "Namespaces enforce the restricted pod security standard.",
    validateResource({ type, props }, report) {
      if (type !== "kubernetes:core/v1:Namespace") return;
      const { labels = {} } = (props.metadata ?? {}) as { labels?: Record<string, string> };
      if (labels["pod-security.kubernetes.io/enforce"] === "restricted") return;
      report("the namespace does not enforce the restricted standard");
    },
  },
  {
    name: "network-policies",
    description: "Everything is denied, and then only the named paths are allowed.",
    validateStack({ resources }, report) {
      const rules = resources.filter(({ type }) => type === "kubernetes:networking.k8s.io/v1:NetworkPolicy");
      const specs = rules.map(({ props }) => props.spec as PolicySpec);
      for (const fault of networkFaults(specs, databaseOf(resources.map(({ type }) => type)))) report(fault);
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
      for (const fault of rule(pods)) report(fault);
    },
  };
}
