import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { deletedAtOnce, notAwaited, partOf } from "../platform/metadata.ts";
import { autoscalerSpec } from "./autoscaler.ts";
import { podsName, webLabels } from "./labels-and-ports.ts";
import { deploymentSpec, rolloutTimeouts, type WebDeploymentArgs } from "./web-deployment.ts";
import {
  endpointUrl,
  podsServiceSpec,
  serviceAnnotations,
  serviceSpec,
  type WebEndpointsArgs,
} from "./web-endpoints.ts";

/** Arguments of {@link WebService}. */
export interface WebServiceArgs extends WebDeploymentArgs, WebEndpointsArgs {}

/** The HTTP service: Deployment, Services, autoscaler, disruption budget, and optionally an Ingress. */
export class WebService extends pulumi.ComponentResource {
  /** URL of the service. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: WebServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:web:WebService", name, args, opts);
    const child = { parent: this };
    const metadata = { namespace: args.namespace, labels: { ...partOf, ...webLabels } };

    const deployment = new k8s.apps.v1.Deployment(
      name,
      { metadata: { ...metadata, annotations: deletedAtOnce }, spec: deploymentSpec(args) },
      // From its creation, the autoscaler owns the number of pods.
      { ...child, ignoreChanges: ["spec.replicas"], customTimeouts: rolloutTimeouts(args.scaling) },
    );
    const service = new k8s.core.v1.Service(
      name,
      { metadata: { ...metadata, ...serviceAnnotations(args) }, spec: serviceSpec(args.expose) },
      child,
    );
    new k8s.core.v1.Service(
      `${name}-pods`,
      { metadata: { ...metadata, name: podsName, annotations: notAwaited }, spec: podsServiceSpec() },
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
          // Pods that are not ready must not block the drain of a node.
          unhealthyPodEvictionPolicy: "AlwaysAllow",
        },
      },
      child,
    );
    this.url = endpointUrl(name, { service, deployment }, args, child);

    this.registerOutputs({ url: this.url });
  }
}
