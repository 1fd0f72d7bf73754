import type { Config } from "@pulumi/pulumi";
import { matching, oneOf, optional } from "./config-values.ts";

/** How Prometheus finds the pods, and the namespace of Prometheus. */
export interface MetricsSettings {
  readonly kind: "annotations" | "serviceMonitor";
  readonly namespace: string;
  /** With serviceMonitor: labels by which Prometheus selects ServiceMonitors and rules. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A trace collector in the cluster. */
export interface Collector {
  readonly endpoint: string;
  readonly namespace: string;
  readonly port: number;
}

/** Pattern for a label in the form of kubectl's `--selector`. */
const label = String.raw`[\w./-]+=[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?`;
const labelList = new RegExp(`^${label}(,${label})*$`);

const kinds = ["off", "annotations", "serviceMonitor"] as const;

/**
 * Reads which Prometheus may read the metrics, or undefined for none.
 * @throws {RunError} the key and the problem, in one sentence
 */
export function readMetrics(config: Config): MetricsSettings | undefined {
  const kind = oneOf(config, "metrics", kinds);
  const namespace = matching(
    config,
    "metricsNamespace",
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "the name of a namespace",
  );
  const labels = optional(config, "metricsLabels", labelList, "labels such as release=prometheus,team=shop");
  if (kind === "off") return undefined;
  const pairs = labels?.split(",").map((pair) => pair.split("=") as [string, string]);
  return { kind, namespace, labels: Object.fromEntries(pairs ?? []) };
}

/**
 * Reads the endpoint for traces, or undefined if tracing is off. The Service's host name contains the namespace,
 * which the network policy needs.
 * @throws {RunError} the key and the problem, in one sentence
 */
export function readCollector(config: Config): Collector | undefined {
  const endpoint = optional(
    config,
    "otlpEndpoint",
    /^https?:\/\/[a-z0-9-]+\.[a-z0-9-]+(\.svc(\.[a-z0-9.-]+)?)?(:\d{1,5})?\/?$/,
    "the URL of a Service with its namespace, such as http://collector.observability:4318",
  );
  if (endpoint === undefined) return undefined;
  const { hostname, port, protocol } = new URL(endpoint);
  const [, namespace = ""] = hostname.split(".");
  const usual = protocol === "https:" ? 443 : 80;
  return { endpoint, namespace, port: port === "" ? usual : Number(port) };
}
