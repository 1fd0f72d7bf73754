import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { partOf } from "../platform/metadata.ts";
import { webLabels } from "../web/labels-and-ports.ts";

/** Arguments of {@link Monitoring}. */
export interface MonitoringArgs {
  readonly namespace: pulumi.Input<string>;
}

const files = import.meta.dirname;
const operatorApi = "monitoring.coreos.com/v1";

/**
 * What the Prometheus operator and Grafana's sidecar look for: a ServiceMonitor, the alerts, and the dashboard. Where
 * there is no operator, `monitoring/` has the same files for Prometheus and Grafana to read.
 */
export class Monitoring extends pulumi.ComponentResource {
  constructor(name: string, { namespace }: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:monitoring:Monitoring", name, { namespace }, opts);
    const child = { parent: this };
    const metadata = { namespace, labels: partOf };
    const ofOperator = (kind: string, spec: object) =>
      new k8s.apiextensions.CustomResource(
        `${name}-${kind}`,
        { apiVersion: operatorApi, kind, metadata, spec },
        child,
      );

    ofOperator("ServiceMonitor", {
      selector: { matchLabels: webLabels },
      endpoints: [{ port: "metrics", path: "/metrics", interval: "15s" }],
    });
    ofOperator("PrometheusRule", parse(readFileSync(join(files, "alerts.yaml"), "utf8")) as object);
    new k8s.core.v1.ConfigMap(
      `${name}-dashboard`,
      {
        metadata: { namespace, labels: { ...partOf, grafana_dashboard: "1" } },
        data: { "koa-mongo-stack.json": readFileSync(join(files, "dashboard.json"), "utf8") },
      },
      child,
    );

    this.registerOutputs({});
  }
}
