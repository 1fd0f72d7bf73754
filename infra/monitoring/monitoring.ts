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
  /** Labels by which Prometheus selects ServiceMonitors and rules. @default none, for a Prometheus that selects all */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

const files = import.meta.dirname;
const operatorApi = "monitoring.coreos.com/v1";

/** The selector in alerts.yaml, for the namespaces of all stacks. */
const everyNamespace = 'namespace=~"koa-mongo-stack-.+"';
/** Maximum number of characters in a Grafana dashboard's id. */
const maxUidLength = 40;

/**
 * Objects that the Prometheus operator and Grafana's sidecar look for: a ServiceMonitor, alerts and a dashboard,
 * for this namespace only. Without an operator, Prometheus and Grafana can read the files of this folder directly.
 */
export class Monitoring extends pulumi.ComponentResource {
  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:monitoring:Monitoring", name, args, opts);
    const { namespace } = args;
    const child = { parent: this };
    // The auto-generated name would start with the logical name, whose capital letters Kubernetes rejects.
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
        // Grafana's sidecar writes the files of all namespaces into one folder.
        data: pulumi.output(namespace).apply((stack) => ({ [`${stack}.json`]: dashboard(stack) })),
      },
      child,
    );

    this.registerOutputs({});
  }
}

/** Alert rules for one namespace. */
export function alerts(namespace: string): object {
  const text = readFileSync(join(files, "alerts.yaml"), "utf8");
  return parse(text.replaceAll(everyNamespace, `namespace="${namespace}"`)) as object;
}

/** The dashboard of one namespace, as JSON. The id is unique, because Grafana shows only one dashboard of an id. */
export function dashboard(namespace: string): string {
  const { templating, ...rest } = JSON.parse(readFileSync(join(files, "dashboard.json"), "utf8")) as {
    templating: { list: readonly { readonly name: string }[] };
  };
  const constant = { name: "namespace", type: "constant", query: namespace, hide: 2 };
  const list = templating.list.map((variable) => (variable.name === "namespace" ? constant : variable));
  const own = { uid: namespace.slice(-maxUidLength), title: namespace, templating: { ...templating, list } };
  return JSON.stringify({ ...rest, ...own }, undefined, 2);
}
