import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { kubectl } from "../../support/cluster-kubectl.ts";
import { install, namespaceObject, removeUnless, type Remove } from "./installed-objects.ts";
import { discoveryRights, prometheusAt, prometheusImage, type Prometheus } from "./prometheus-api.ts";

const alerts = join(import.meta.dirname, "../../../../infra/monitoring/alerts.yaml");
const annotation = "__meta_kubernetes_pod_annotation_prometheus_io";
const labels = { app: "prometheus" };

/** The scrape job for pods in version 27 of Helm's chart prometheus-community/prometheus. */
const podsJob = {
  job_name: "kubernetes-pods",
  honor_labels: true,
  kubernetes_sd_configs: [{ role: "pod" }],
  relabel_configs: [
    { source_labels: [`${annotation}_scrape`], action: "keep", regex: true },
    {
      source_labels: [`${annotation}_scheme`],
      action: "replace",
      regex: "(https?)",
      target_label: "__scheme__",
    },
    {
      source_labels: [`${annotation}_path`],
      action: "replace",
      target_label: "__metrics_path__",
      regex: "(.+)",
    },
    {
      source_labels: [`${annotation}_port`, "__meta_kubernetes_pod_ip"],
      action: "replace",
      regex: String.raw`(\d+);(([A-Fa-f0-9]{1,4}::?){1,7}[A-Fa-f0-9]{1,4})`,
      replacement: "[$2]:$1",
      target_label: "__address__",
    },
    {
      source_labels: [`${annotation}_port`, "__meta_kubernetes_pod_ip"],
      action: "replace",
      regex: String.raw`(\d+);((([0-9]+?)(\.|$)){4})`,
      replacement: "$2:$1",
      target_label: "__address__",
    },
    { action: "labelmap", regex: "__meta_kubernetes_pod_label_(.+)" },
    { source_labels: ["__meta_kubernetes_namespace"], action: "replace", target_label: "namespace" },
    { source_labels: ["__meta_kubernetes_pod_name"], action: "replace", target_label: "pod" },
    {
      source_labels: ["__meta_kubernetes_pod_phase"],
      regex: "Pending|Succeeded|Failed|Completed",
      action: "drop",
    },
    { source_labels: ["__meta_kubernetes_pod_node_name"], action: "replace", target_label: "node" },
  ],
};

/** Installs a Prometheus without an operator, with alerts.yaml and the default scrape interval of one minute. */
export async function installPlainPrometheus(
  namespace: string,
): Promise<{ prometheus: Prometheus; remove: Remove }> {
  const remove = await install(
    namespaceObject(namespace),
    ...discoveryRights(namespace, namespace),
    ...parts(namespace),
  );
  const rollout = ["rollout", "status", "deployment/prometheus", "-n", namespace, "--timeout=240s"];
  await removeUnless(remove, () => kubectl(...rollout));
  return { prometheus: prometheusAt(namespace, "prometheus"), remove };
}

function parts(namespace: string) {
  const metadata = { name: "prometheus", namespace };
  const configuration = stringify({ rule_files: ["/etc/prometheus/alerts.yaml"], scrape_configs: [podsJob] });
  const data = { "prometheus.yml": configuration, "alerts.yaml": readFileSync(alerts, "utf8") };
  return [
    { apiVersion: "v1", kind: "ConfigMap", metadata, data },
    { apiVersion: "v1", kind: "Service", metadata, spec: { selector: labels, ports: [{ port: 9090 }] } },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec } },
    },
  ];
}

const podSpec = {
  serviceAccountName: "prometheus",
  securityContext: { runAsNonRoot: true, runAsUser: 65534, fsGroup: 65534 },
  containers: [
    {
      name: "prometheus",
      image: prometheusImage,
      imagePullPolicy: "IfNotPresent",
      args: ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"],
      ports: [{ containerPort: 9090 }],
      readinessProbe: { httpGet: { path: "/-/ready", port: 9090 } },
      volumeMounts: [
        { name: "configuration", mountPath: "/etc/prometheus" },
        { name: "data", mountPath: "/prometheus" },
      ],
    },
  ],
  volumes: [
    { name: "configuration", configMap: { name: "prometheus" } },
    { name: "data", emptyDir: {} },
  ],
};
