import { queryKubectl } from "./kubectl-query.ts";

const name = "v1beta1.metrics.k8s.io";
const manifest = "https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml";

interface ApiService {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/**
 * Returns why the autoscaler can't measure, with the command that fixes it. Undefined if the autoscaler can, or if
 * kubectl can't read the API's status.
 * @param context kubeconfig context; undefined means the current one
 */
export async function findMetricsProblem(context: string | undefined): Promise<string | undefined> {
  const kubectl = `kubectl ${context === undefined ? "" : `--context ${context} `}`;
  const query = ["get", "apiservices", name, "--ignore-not-found", "--output", "json"];
  return await queryKubectl(context, query, (output) => {
    if (output.trim() === "") {
      return `The autoscaler adds no pods: the cluster has no metrics-server. Run: ${kubectl}apply -f ${manifest}`;
    }
    const { conditions = [] } = (JSON.parse(output) as ApiService).status ?? {};
    const isAvailable = conditions.some(({ type, status }) => type === "Available" && status === "True");
    if (isAvailable) return undefined;
    return `The autoscaler adds no pods: the metrics API is not available. Run: ${kubectl}describe apiservice ${name}`;
  });
}
