import type { Config } from "@pulumi/pulumi";
import { matching, oneOf, optional } from "./config-values.ts";

/** How Prometheus finds the pods, and which namespace it is in. */
export interface MetricsSettings {
  readonly kind: "annotations" | "serviceMonitor";
  readonly namespace: string;
  /** With serviceMonitor: the labels that Prometheus selects ServiceMonitors and rules by. */
  readonly labels: Readonly<Record<string, string>>;
}

/** A collector of traces in the cluster. */
export interface Collector {
  readonly endpoint: string;
  readonly namespace: string;
  readonly port: number;
}

/** A label, as kubectl's `--selector` takes it. */
const label = String.raw`[\w./-]+=[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?`;
const labelList = new RegExp(`^${label}(,${label})*$`);

const kinds = ["off", "annotations", "serviceMonitor"] as const;

/**
 * Reads who may read the metrics, or undefined where nobody may.
 * @throws {RunError} one sentence
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
 * Reads where traces go, or undefined where nothing is traced. The Service's name tells the namespace, which the network
 * policy needs to know.
 * @throws {RunError} one sentence
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
