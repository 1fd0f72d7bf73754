import * as k8s from "@pulumi/kubernetes";
import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Requests } from "../cluster/capacity.ts";
import type { SecretKey } from "../mongodb/connection-secret.ts";
import { WebIngress } from "./ingress.ts";
import { deletedAtOnce, notAwaited, partOf } from "../platform/metadata.ts";
import { containerSecurity, leaveAfter, podLabels, podSecurity, spread } from "../platform/pod-defaults.ts";
import type { Reach } from "../cluster/node-address.ts";
import type { Expose } from "../settings/expose-settings.ts";
import type { Collector, MetricsSettings } from "../settings/monitoring-settings.ts";
import type { Scaling } from "../settings/stack-settings.ts";

type Container = types.input.core.v1.Container;

/** Arguments of {@link WebService}. */
export interface WebServiceArgs {
  readonly namespace: pulumi.Input<string>;
  /** The service's image: name and tag, or name and digest. */
  readonly image: pulumi.Input<string>;
  /** What its nodes pull the image with. @default the registry asks for nothing */
  readonly pullSecret?: pulumi.Input<string>;
  /** MongoDB's connection string. */
  readonly mongodbUri: SecretKey;
  readonly expose: Expose;
  readonly scaling: Scaling;
  /** Least severe level that is logged. */
  readonly logLevel: string;
  /** How Prometheus finds the pods. @default it does not */
  readonly metrics?: MetricsSettings | undefined;
  /** Where traces go. @default nothing is traced */
  readonly collector?: Collector | undefined;
  /** Where a port of the node is reached from outside the cluster. */
  readonly reach: (nodePort: number) => Reach;
  /** Command that gives load balancers their addresses. @default they get them by themselves */
  readonly tunnel?: string;
  /**
   * Whether pods of a node that is away are to be replaced on another within half a minute, and not within five; and
   * whether a pod that goes waits until every node knows.
   */
  readonly hasSeveralNodes: boolean;
  /** Name of the PriorityClass of its pods. @default the cluster's */
  readonly priority?: pulumi.Input<string>;
}

/** Port that the service listens on. */
export const webPort = 3000;
/** Port on which the pods tell Prometheus how it goes; the Service does not have it. */
export const metricsPort = 9464;
/** DNS name with an address for every pod that is ready. */
const podsName = "web-pods";
/** Labels of the service's pods. */
export const webLabels = podLabels("web");

/** User `nonroot` of the distroless images. */
const nonroot = 65532;
/** Mi that a pod may use: Node's heap gets three quarters, its buffers and code the rest. */
const memoryLimit = 128;
/** What a pod asks for: five of them, MongoDB and Kubernetes itself fit the two CPUs that minikube takes. */
export const webRequests: Requests = { cpu: "100m", memory: "64Mi" };
/** What it may use. With half a CPU a pod that starts, or takes over another's clients, waits longer than a request may. */
export const webLimits: Requests = { cpu: "1", memory: `${memoryLimit}Mi` };
/** Seconds that pods of a node that is away wait for it. */
const nodePatience = 30;
/**
 * Seconds in which every node learns that a pod is on its way out, before it is told to stop. It serves on for the 2 s
 * of its drain; a cluster of one node has one to tell, which `destroy` need not wait longer for.
 */
const endpointRemoval = { oneNode: 3, severalNodes: 5 };

/** Seconds that a pod may take to stop: preStop and the service's own drain (2 s) and shutdown (15 s) fit in. */
export const terminationGrace = 30;

/** Seconds in which a rollout has to get one pod further. */
const progressDeadline = 120;
/** Seconds that one pod takes to be replaced, at the most. */
const podReplacement = 15;

/** The HTTP service: Deployment, Service, autoscaler and disruption budget. */
export class WebService extends pulumi.ComponentResource {
  /** Where the service answers. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: WebServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:web:WebService", name, args, opts);
    const child = { parent: this };
    const metadata = { namespace: args.namespace, labels: { ...partOf, ...webLabels } };

    const deployment = new k8s.apps.v1.Deployment(
      name,
      { metadata, spec: deploymentSpec(args) },
      // The autoscaler owns the number of pods as soon as it is there.
      { ...child, ignoreChanges: ["spec.replicas"], customTimeouts: rolloutTimeouts(args.scaling) },
    );
    const service = new k8s.core.v1.Service(
      name,
      { metadata: { ...metadata, ...awaited(args) }, spec: serviceSpec(args.expose) },
      child,
    );
    new k8s.core.v1.Service(
      `${name}-pods`,
      { metadata: { ...metadata, name: podsName, annotations: notAwaited }, spec: podsSpec() },
      child,
    );
    new k8s.autoscaling.v2.HorizontalPodAutoscaler(
      name,
      {
        metadata: { ...metadata, annotations: deletedAtOnce },
        spec: autoscalerSpec(deployment.metadata.name, args.scaling),
      },
      child,
    );
    new k8s.policy.v1.PodDisruptionBudget(
      name,
      {
        metadata,
        spec: {
          maxUnavailable: 1,
          selector: { matchLabels: webLabels },
          // Pods that serve nobody never keep a node from being drained.
          unhealthyPodEvictionPolicy: "AlwaysAllow",
        },
      },
      child,
    );
    this.url = this.urlOf(name, service, deployment, args);

    this.registerOutputs({ url: this.url });
  }

  private urlOf(
    name: string,
    service: k8s.core.v1.Service,
    deployment: k8s.apps.v1.Deployment,
    args: WebServiceArgs,
  ): pulumi.Output<string> {
    const child = { parent: this };
    const { namespace, expose } = args;
    if (expose.kind === "ingress") {
      return new WebIngress(name, { namespace, service: service.metadata.name, ingress: expose }, child).url;
    }
    // Where nobody awaits its address, a load balancer has it some time after the Service is made: it is asked anew.
    const isLate = expose.kind === "loadBalancer" && args.tunnel !== undefined;
    const seen = isLate
      ? k8s.core.v1.Service.get(`${name}-address`, service.id, { ...child, dependsOn: deployment })
      : service;
    return pulumi.all([seen.spec, seen.status]).apply(([spec, status]) => {
      const { url, fault } = serviceUrl(spec, status, args);
      if (fault !== undefined) void pulumi.log.warn(fault);
      return url;
    });
  }
}

/** The cloud's load balancer is the one thing of a Service that is worth the wait: its address is the URL. */
function awaited({ expose, tunnel }: WebServiceArgs): { annotations?: Record<string, string> } {
  return expose.kind === "loadBalancer" && tunnel === undefined ? {} : { annotations: notAwaited };
}

/** Pulumi would wait 10 minutes for pods that never start, and too short for very many of them. */
function rolloutTimeouts({ maxReplicas }: Scaling): pulumi.CustomTimeouts {
  const seconds = `${progressDeadline + maxReplicas * podReplacement}s`;
  return { create: seconds, update: seconds };
}

function deploymentSpec(args: WebServiceArgs): types.input.apps.v1.DeploymentSpec {
  return {
    replicas: args.scaling.minReplicas,
    selector: { matchLabels: webLabels },
    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    minReadySeconds: 3,
    revisionHistoryLimit: 5,
    progressDeadlineSeconds: progressDeadline,
    template: {
      metadata: { labels: { ...partOf, ...webLabels }, ...scraping(args.metrics) },
      spec: {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: podSecurity(nonroot),
        terminationGracePeriodSeconds: terminationGrace,
        ...spread(webLabels),
        ...(args.hasSeveralNodes ? { tolerations: leaveAfter(nodePatience) } : {}),
        ...(args.priority === undefined ? {} : { priorityClassName: args.priority }),
        ...(args.pullSecret === undefined ? {} : { imagePullSecrets: [{ name: args.pullSecret }] }),
        containers: [container(args)],
      },
    },
  };
}

/** What a Prometheus without an operator looks for. */
function scraping(metrics: MetricsSettings | undefined): Pick<types.input.meta.v1.ObjectMeta, "annotations"> {
  if (metrics?.kind !== "annotations") return {};
  const about = { scrape: "true", port: String(metricsPort), path: "/metrics" };
  return {
    annotations: Object.fromEntries(
      Object.entries(about).map(([key, value]) => [`prometheus.io/${key}`, value]),
    ),
  };
}

function container({ image, mongodbUri, logLevel, collector, hasSeveralNodes }: WebServiceArgs): Container {
  return {
    name: "web",
    image,
    imagePullPolicy: "IfNotPresent",
    ports: [
      { name: "http", containerPort: webPort },
      { name: "metrics", containerPort: metricsPort },
    ],
    env: [
      { name: "MONGODB_URI", valueFrom: { secretKeyRef: mongodbUri } },
      { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "PORT", value: String(webPort) },
      { name: "LOG_LEVEL", value: logLevel },
      { name: "METRICS_PORT", value: String(metricsPort) },
      { name: "PODS_HOST", value: podsName },
      ...(collector === undefined
        ? []
        : [{ name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: collector.endpoint }]),
      { name: "NODE_OPTIONS", value: `--max-old-space-size=${(memoryLimit * 3) / 4}` },
    ],
    resources: {
      requests: { ...webRequests },
      limits: { ...webLimits },
    },
    securityContext: containerSecurity(),
    ...probes(),
    lifecycle: {
      preStop: { sleep: { seconds: endpointRemoval[hasSeveralNodes ? "severalNodes" : "oneNode"] } },
    },
  };
}

/** Liveness never asks for MongoDB: a restart of the service would not bring it back. */
export function probes(): Pick<Container, "startupProbe" | "readinessProbe" | "livenessProbe"> {
  const http = (path: string) => ({ httpGet: { path, port: "http" } });
  return {
    startupProbe: { ...http("/health/live"), periodSeconds: 2, failureThreshold: 30 },
    readinessProbe: { ...http("/health/ready"), periodSeconds: 5, failureThreshold: 2, timeoutSeconds: 3 },
    livenessProbe: { ...http("/health/live"), periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 2 },
  };
}

const serviceTypes = { nodePort: "NodePort", loadBalancer: "LoadBalancer", ingress: "ClusterIP" } as const;

function serviceSpec(expose: Expose): types.input.core.v1.ServiceSpec {
  const nodePort = expose.kind === "nodePort" && expose.port !== undefined ? { nodePort: expose.port } : {};
  return {
    type: serviceTypes[expose.kind],
    selector: webLabels,
    ports: [{ name: "http", port: 80, targetPort: "http", ...nodePort }],
  };
}

/** Without an address of its own: its name is that of all the pods, and who scrapes has to reach each of them. */
function podsSpec(): types.input.core.v1.ServiceSpec {
  return {
    clusterIP: "None",
    selector: webLabels,
    ports: [{ name: "metrics", port: metricsPort, targetPort: "metrics" }],
  };
}

function autoscalerSpec(
  deployment: pulumi.Input<string>,
  scaling: Scaling,
): types.input.autoscaling.v2.HorizontalPodAutoscalerSpec {
  const { minReplicas, maxReplicas, cpuTarget } = scaling;
  return {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: deployment },
    minReplicas,
    maxReplicas,
    metrics: [
      {
        type: "Resource",
        resource: { name: "cpu", target: { type: "Utilization", averageUtilization: cpuTarget } },
      },
    ],
    behavior: {
      scaleUp: {
        stabilizationWindowSeconds: 0,
        selectPolicy: "Max",
        policies: [
          { type: "Percent", value: 100, periodSeconds: 15 },
          { type: "Pods", value: 4, periodSeconds: 15 },
        ],
      },
      scaleDown: {
        stabilizationWindowSeconds: 300,
        policies: [{ type: "Percent", value: 50, periodSeconds: 60 }],
      },
    },
  };
}

/** Where the Service answers, and what is not yet as it was asked for. */
export function serviceUrl(
  spec: types.output.core.v1.ServiceSpec,
  status: types.output.core.v1.ServiceStatus | undefined,
  { reach, tunnel }: Pick<WebServiceArgs, "reach" | "tunnel">,
): { readonly url: string; readonly fault?: string | undefined } {
  const [ingress] = status?.loadBalancer.ingress ?? [];
  const balancer = ingress?.hostname ?? ingress?.ip;
  if (balancer !== undefined) return { url: `http://${balancer}` };
  const { address, fault } = reach(spec.ports[0]?.nodePort ?? 0);
  const url = `http://${address}`;
  if (spec.type !== "LoadBalancer" || tunnel === undefined) return { url, fault };
  const meanwhile = fault === undefined ? ` Until then it answers at ${url}` : "";
  return {
    url,
    fault: `No load balancer has given the Service an address. Run, in a terminal of its own: ${tunnel}, and then \`up\` again.${meanwhile}`,
  };
}
