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
  /** Labels that Prometheus selects ServiceMonitors and rules by. @default none, for one that takes every one */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

const files = import.meta.dirname;
const operatorApi = "monitoring.coreos.com/v1";

/** Of alerts.yaml: the namespaces of all stacks. */
const everyNamespace = 'namespace=~"koa-mongo-stack-.+"';
/** Most characters of a dashboard's id in Grafana. */
const longestUid = 40;

/**
 * What the Prometheus operator and Grafana's sidecar look for: a ServiceMonitor, the alerts, and the dashboard, all of
 * this namespace only. Where there is no operator, `monitoring/` has the same files for Prometheus and Grafana to read.
 */
export class Monitoring extends pulumi.ComponentResource {
  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:monitoring:Monitoring", name, args, opts);
    const { namespace } = args;
    const child = { parent: this };
    // Kubernetes rejects a name that begins with the logical name of these, which has capital letters.
    const metadata = { name, namespace, labels: { ...args.labels, ...partOf } };
    const ofOperator = (kind: string, spec: pulumi.Input<object>) =>
      new k8s.apiextensions.CustomResource(
        `${name}-${kind}`,
        { apiVersion: operatorApi, kind, metadata, spec },
        child,
      );

    ofOperator("ServiceMonitor", {
      selector: { matchLabels: webLabels },
      endpoints: [{ port: "metrics", path: "/metrics", interval: "15s" }],
    });
    ofOperator("PrometheusRule", pulumi.output(namespace).apply(alerts));
    new k8s.core.v1.ConfigMap(
      `${name}-dashboard`,
      {
        metadata: { namespace, labels: { ...partOf, grafana_dashboard: "1" } },
        // Grafana's sidecar puts the files of all namespaces into one folder.
        data: pulumi.output(namespace).apply((stack) => ({ [`${stack}.json`]: dashboard(stack) })),
      },
      child,
    );

    this.registerOutputs({});
  }
}

/** Rules for one namespace. */
export function alerts(namespace: string): object {
  const text = readFileSync(join(files, "alerts.yaml"), "utf8");
  return parse(text.replaceAll(everyNamespace, `namespace="${namespace}"`)) as object;
}

/** The dashboard of one namespace, as JSON. Its id is its own: Grafana shows no two of the same id. */
export function dashboard(namespace: string): string {
  const { templating, ...rest } = JSON.parse(readFileSync(join(files, "dashboard.json"), "utf8")) as {
    templating: { list: readonly { readonly name: string }[] };
  };
  const constant = { name: "namespace", type: "constant", query: namespace, hide: 2 };
  const list = templating.list.map((variable) => (variable.name === "namespace" ? constant : variable));
  const own = { uid: namespace.slice(-longestUid), title: namespace, templating: { ...templating, list } };
  return JSON.stringify({ ...rest, ...own }, undefined, 2);
}
