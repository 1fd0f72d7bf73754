import { kubectl } from "../../support/cluster-kubectl.ts";

/** Image of Prometheus, with its publisher's name and tag. */
export const prometheusImage = "quay.io/prometheus/prometheus:v3.5.0";

/** A time series with its newest value. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A scrape target. */
export interface ScrapeTarget {
  readonly labels: Readonly<Record<string, string>>;
  readonly health: string;
  readonly lastError: string;
}

/** A rule that Prometheus has loaded. */
export interface LoadedRule {
  readonly name: string;
  readonly query: string;
  /** `unknown` before the first evaluation. */
  readonly health: "ok" | "err" | "unknown";
  readonly lastError?: string;
}

/** An alert that is pending or firing. */
export interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: "pending" | "firing";
}

/** The HTTP API of a Prometheus. */
export interface Prometheus {
  query(expr: string): Promise<Series[]>;
  /** Scrape targets. */
  targets(): Promise<ScrapeTarget[]>;
  rules(): Promise<LoadedRule[]>;
  alerts(): Promise<ActiveAlert[]>;
  /** Namespaces of a metric's series. */
  namespacesOf(metric: string): Promise<string[]>;
}

/** Queries the Prometheus behind port 9090 of a Service, through the API server. */
export function prometheusAt(namespace: string, service: string): Prometheus {
  async function ask<T>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<T> {
    const proxy = `/api/v1/namespaces/${namespace}/services/${service}:9090/proxy/api/v1`;
    const query = new URLSearchParams(parameters).toString();
    return (JSON.parse(await kubectl("get", "--raw", `${proxy}/${path}?${query}`)) as { data: T }).data;
  }
  return {
    async query(expr) {
      type Result = { readonly metric: Series["metric"]; readonly value: readonly [number, string] }[];
      const { result } = await ask<{ result: Result }>("query", { query: expr });
      return result.map(({ metric, value: [, value] }) => ({ metric, value: Number(value) }));
    },
    async targets() {
      return (await ask<{ activeTargets: ScrapeTarget[] }>("targets", { state: "active" })).activeTargets;
    },
    async rules() {
      return (await ask<{ groups: { rules: LoadedRule[] }[] }>("rules")).groups.flatMap(({ rules }) => rules);
    },
    async alerts() {
      return (await ask<{ alerts: ActiveAlert[] }>("alerts")).alerts;
    },
    namespacesOf: (metric) => ask("label/namespace/values", { "match[]": metric }),
  };
}

/** Rights of a Prometheus to find the pods and Services of every namespace. */
export function discoveryRights(name: string, namespace: string) {
  const rbac = "rbac.authorization.k8s.io";
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "prometheus", namespace } },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRole",
      metadata: { name },
      rules: [
        {
          apiGroups: [""],
          resources: ["services", "endpoints", "pods", "nodes"],
          verbs: ["get", "list", "watch"],
        },
        { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["get", "list", "watch"] },
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name },
      subjects: [{ kind: "ServiceAccount", name: "prometheus", namespace }],
    },
  ] as const;
}
