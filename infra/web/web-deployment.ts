import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ConfigMapKey } from "../mongodb/ca-config-map.ts";
import type { SecretKey } from "../mongodb/connection-secret.ts";
import { partOf } from "../platform/metadata.ts";
import {
  containerSecurity,
  unavailableNodeTolerations,
  podSecurity,
  spread,
} from "../platform/pod-defaults.ts";
import type { Collector, MetricsSettings } from "../settings/monitoring-settings.ts";
import type { Expose } from "../settings/expose-settings.ts";
import type { Scaling } from "../settings/stack-settings.ts";
import { metricsPort, podsName, webLabels, webPort } from "./labels-and-ports.ts";
import {
  memoryVariables,
  podReplacementSeconds,
  preStopSeconds,
  proxyKeepAliveMs,
  progressDeadlineSeconds,
  terminationGraceSeconds,
  unreachableNodeSeconds,
  webLimits,
  webRequests,
} from "./web-defaults.ts";

type Container = types.input.core.v1.Container;

/** Settings of the Deployment. */
export interface WebDeploymentArgs {
  /** The service's image: name and tag, or name and digest. */
  readonly image: pulumi.Input<string>;
  /** Name of the Secret with which the nodes pull the image. @default the registry needs no login */
  readonly pullSecret?: pulumi.Input<string> | undefined;
  /** The Secret with MongoDB's connection string. */
  readonly mongodbUri: SecretKey;
  /** The CA certificates that the service trusts when it connects to MongoDB. @default Node's public CAs */
  readonly mongodbCa?: ConfigMapKey | undefined;
  readonly scaling: Scaling;
  /** Least severe level in the log. */
  readonly logLevel: string;
  /** How Prometheus finds the pods. @default it doesn't */
  readonly metrics?: MetricsSettings | undefined;
  /** Proxies whose X-Forwarded headers the service trusts: their number, or addresses. @default none */
  readonly trustedProxies?: string | undefined;
  /** How the service is reached from outside. An Ingress is a proxy, too. */
  readonly expose: Expose;
  /** Collector for traces. @default tracing is off */
  readonly collector?: Collector | undefined;
  /**
   * If true, the pods of an unreachable node are replaced within half a minute instead of five. A pod that ends
   * also waits longer, until every node knows.
   */
  readonly hasSeveralNodes: boolean;
  /** Architecture of nodes for the pods, if the image is built for one architecture only. @default any */
  readonly architecture?: string | undefined;
  /** Name of the PriorityClass of the service's pods. @default the cluster's */
  readonly priority?: pulumi.Input<string> | undefined;
}

/** The service's name in traces. */
const tracedName = "koa-mongo-stack";

/** The volume with the CA certificates, and its folder in the container. */
const caVolume = { name: "mongodb-ca", folder: "/etc/mongodb" } as const;

/** Id of the user `nonroot` in distroless images. */
const nonroot = 65532;

/** The Deployment's spec: its rollout, and its pods. */
export function deploymentSpec(args: WebDeploymentArgs): types.input.apps.v1.DeploymentSpec {
  return {
    replicas: args.scaling.minReplicas,
    selector: { matchLabels: webLabels },
    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    minReadySeconds: 3,
    revisionHistoryLimit: 5,
    progressDeadlineSeconds,
    template: {
      metadata: { labels: { ...partOf, ...webLabels }, ...scraping(args.metrics) },
      spec: podSpec(args),
    },
  };
}

/** By default, Pulumi waits 10 minutes: too long for pods that never start, and too short for very many pods. */
export function rolloutTimeouts({ maxReplicas }: Scaling): pulumi.CustomTimeouts {
  const seconds = `${progressDeadlineSeconds + maxReplicas * podReplacementSeconds}s`;
  return { create: seconds, update: seconds };
}

/** Annotations that a Prometheus without an operator looks for. */
function scraping(metrics: MetricsSettings | undefined): Pick<types.input.meta.v1.ObjectMeta, "annotations"> {
  if (metrics?.kind !== "annotations") return {};
  const about = { scrape: "true", port: String(metricsPort), path: "/metrics" };
  return {
    annotations: Object.fromEntries(
      Object.entries(about).map(([key, value]) => [`prometheus.io/${key}`, value]),
    ),
  };
}

function podSpec(args: WebDeploymentArgs): types.input.core.v1.PodSpec {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: podSecurity(nonroot),
    terminationGracePeriodSeconds: terminationGraceSeconds,
    ...spread(webLabels),
    ...(args.hasSeveralNodes ? { tolerations: unavailableNodeTolerations(unreachableNodeSeconds) } : {}),
    ...(args.architecture === undefined ? {} : { nodeSelector: { "kubernetes.io/arch": args.architecture } }),
    ...(args.priority === undefined ? {} : { priorityClassName: args.priority }),
    ...(args.pullSecret === undefined ? {} : { imagePullSecrets: [{ name: args.pullSecret }] }),
    containers: [container(args)],
    ...(args.mongodbCa === undefined ? {} : { volumes: [caOf(args.mongodbCa)] }),
  };
}

function caOf({ name, key }: ConfigMapKey): types.input.core.v1.Volume {
  return { name: caVolume.name, configMap: { name, items: [{ key, path: key }] } };
}

function container(args: WebDeploymentArgs): Container {
  return {
    name: "web",
    image: args.image,
    imagePullPolicy: "IfNotPresent",
    ports: [
      { name: "http", containerPort: webPort },
      { name: "metrics", containerPort: metricsPort },
    ],
    env: environment(args),
    ...(args.mongodbCa === undefined
      ? {}
      : { volumeMounts: [{ name: caVolume.name, mountPath: caVolume.folder, readOnly: true }] }),
    resources: {
      requests: { ...webRequests },
      limits: { ...webLimits },
    },
    securityContext: containerSecurity(),
    // If the service ends with an error, its last lines become the pod's reason.
    terminationMessagePolicy: "FallbackToLogsOnError",
    ...probes(),
    lifecycle: {
      preStop: { sleep: { seconds: preStopSeconds[args.hasSeveralNodes ? "severalNodes" : "oneNode"] } },
    },
  };
}

function environment({
  mongodbUri,
  mongodbCa,
  logLevel,
  expose,
  trustedProxies,
  collector,
}: WebDeploymentArgs): types.input.core.v1.EnvVar[] {
  const isBehindProxy = expose.kind === "ingress" || trustedProxies !== undefined;
  return [
    { name: "MONGODB_URI", valueFrom: { secretKeyRef: mongodbUri } },
    ...(mongodbCa === undefined
      ? []
      : [{ name: "MONGODB_CA_FILE", value: `${caVolume.folder}/${mongodbCa.key}` }]),
    { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    { name: "PORT", value: String(webPort) },
    { name: "LOG_LEVEL", value: logLevel },
    { name: "METRICS_PORT", value: String(metricsPort) },
    { name: "PODS_HOST", value: podsName },
    ...(trustedProxies === undefined ? [] : [{ name: "TRUSTED_PROXIES", value: trustedProxies }]),
    ...(isBehindProxy ? [{ name: "KEEP_ALIVE_MS", value: String(proxyKeepAliveMs) }] : []),
    ...tracing(collector),
    ...Object.entries(memoryVariables).map(([name, value]) => ({ name, value })),
  ];
}

function tracing(collector: Collector | undefined): types.input.core.v1.EnvVar[] {
  if (collector === undefined) return [];
  return [
    { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: collector.endpoint },
    { name: "OTEL_SERVICE_NAME", value: tracedName },
  ];
}

/** Liveness never depends on MongoDB, because a restart of the service would not repair the database. */
function probes(): Pick<Container, "startupProbe" | "readinessProbe" | "livenessProbe"> {
  const http = (path: string) => ({ httpGet: { path, port: "http" } });
  return {
    startupProbe: { ...http("/health/live"), periodSeconds: 2, failureThreshold: 30 },
    // `up` waits for the first probe after MongoDB's start. With 5 s between probes, that took up to 5 s.
    readinessProbe: { ...http("/health/ready"), periodSeconds: 2, failureThreshold: 4, timeoutSeconds: 3 },
    livenessProbe: { ...http("/health/live"), periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 2 },
  };
}
