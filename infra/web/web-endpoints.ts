import * as k8s from "@pulumi/kubernetes";
import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Reach } from "../cluster/minikube/node-address.ts";
import { urlHost } from "../cluster/url-host.ts";
import { notAwaited } from "../platform/metadata.ts";
import type { Expose } from "../settings/expose-settings.ts";
import { WebIngress } from "./ingress.ts";
import { metricsPort, webLabels } from "./labels-and-ports.ts";

/** Settings of the Services and the URL. */
export interface WebEndpointsArgs {
  readonly namespace: pulumi.Input<string>;
  readonly expose: Expose;
  /** Returns the address at which clients outside the cluster reach a node port. */
  readonly reach: (nodePort: number) => Reach;
  /** Command that assigns addresses to load balancers. @default the cluster assigns them itself */
  readonly tunnel?: string | undefined;
}

const serviceTypes = { nodePort: "NodePort", loadBalancer: "LoadBalancer", ingress: "ClusterIP" } as const;

/** The Service that clients use. */
export function serviceSpec(expose: Expose): types.input.core.v1.ServiceSpec {
  const nodePort = expose.kind === "nodePort" && expose.port !== undefined ? { nodePort: expose.port } : {};
  return {
    type: serviceTypes[expose.kind],
    selector: webLabels,
    ports: [{ name: "http", port: 80, targetPort: "http", ...nodePort }],
  };
}

/** The headless Service, whose name resolves to every pod. Prometheus scrapes each pod. */
export function podsServiceSpec(): types.input.core.v1.ServiceSpec {
  return {
    clusterIP: "None",
    selector: webLabels,
    ports: [{ name: "metrics", port: metricsPort, targetPort: "metrics" }],
  };
}

/** Of all Services, Pulumi awaits only a cloud's load balancer, because its address is the URL. */
export function serviceAnnotations({
  expose,
  tunnel,
}: Pick<WebEndpointsArgs, "expose" | "tunnel">): Pick<types.input.meta.v1.ObjectMeta, "annotations"> {
  return expose.kind === "loadBalancer" && tunnel === undefined ? {} : { annotations: notAwaited };
}

/**
 * Returns the service's URL. Creates the Ingress if `expose` asks for one.
 * @param deployment must exist before the address of a load balancer is read that Pulumi did not await
 */
export function endpointUrl(
  name: string,
  { service, deployment }: { service: k8s.core.v1.Service; deployment: k8s.apps.v1.Deployment },
  args: WebEndpointsArgs,
  child: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { namespace, expose, tunnel } = args;
  if (expose.kind === "ingress") {
    return new WebIngress(name, { namespace, service: service.metadata.name, ingress: expose }, child).url;
  }
  const isLate = expose.kind === "loadBalancer" && tunnel !== undefined;
  const seen = isLate
    ? k8s.core.v1.Service.get(`${name}-address`, service.id, { ...child, dependsOn: deployment })
    : service;
  return pulumi.all([seen.spec, seen.status]).apply(([spec, status]) => {
    const { url, problem } = serviceUrl(spec, status, args);
    if (problem !== undefined) void pulumi.log.warn(problem);
    return url;
  });
}

/** Returns the Service's URL, and the problem if the URL does not work yet as requested. */
export function serviceUrl(
  spec: types.output.core.v1.ServiceSpec,
  status: types.output.core.v1.ServiceStatus | undefined,
  { reach, tunnel }: Pick<WebEndpointsArgs, "reach" | "tunnel">,
): { readonly url: string; readonly problem?: string | undefined } {
  const [ingress] = status?.loadBalancer.ingress ?? [];
  const balancer = ingress?.hostname ?? ingress?.ip;
  if (balancer !== undefined) return { url: `http://${urlHost(balancer)}` };
  const { address, problem } = reach(spec.ports[0]?.nodePort ?? 0);
  const url = `http://${address}`;
  if (spec.type !== "LoadBalancer" || tunnel === undefined) return { url, problem };
  const untilThen = problem === undefined ? ` Until then, the service answers at ${url}` : "";
  return {
    url,
    problem:
      "No load balancer has assigned an address to the Service. " +
      `Run in another terminal: ${tunnel}. Then run \`up\` again.${untilThen}`,
  };
}
