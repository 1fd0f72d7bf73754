import * as k8s from "@pulumi/kubernetes";
import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { notAwaited, partOf } from "../platform/metadata.ts";
import type { IngressSettings, Tls } from "../settings/expose-settings.ts";

/** Arguments of {@link WebIngress}. */
export interface WebIngressArgs {
  readonly namespace: pulumi.Input<string>;
  /** The Service for the requests, at its port `http`. */
  readonly service: pulumi.Input<string>;
  readonly ingress: IngressSettings;
}

/** A host name on the cluster's ingress controller, with an optional certificate. */
export class WebIngress extends pulumi.ComponentResource {
  /** URL of the service, once DNS resolves the host name to the controller. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: WebIngressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("koa-mongo-stack:web:WebIngress", name, args, opts);
    const { namespace, service } = args;
    const { host, className, tls } = args.ingress;
    const child = { parent: this };

    const secretName = tls === undefined ? undefined : certificate(name, namespace, tls, child);
    const path = {
      path: "/",
      pathType: "Prefix",
      backend: { service: { name: service, port: { name: "http" } } },
    };
    new k8s.networking.v1.Ingress(
      name,
      {
        metadata: { namespace, labels: partOf, annotations: { ...notAwaited, ...issuer(tls) } },
        spec: {
          ...(className === undefined ? {} : { ingressClassName: className }),
          ...(secretName === undefined ? {} : { tls: [{ hosts: [host], secretName }] }),
          rules: [{ host, http: { paths: [path] } }],
        },
      },
      child,
    );
    this.url = pulumi.output(`${tls === undefined ? "http" : "https"}://${host}`);

    this.registerOutputs({ url: this.url });
  }
}

/** Name of the Secret with the certificate. The stack creates the Secret, or cert-manager does. */
function certificate(
  name: string,
  namespace: pulumi.Input<string>,
  tls: Tls,
  opts: pulumi.CustomResourceOptions,
): pulumi.Input<string> {
  if (tls.kind === "issuer") return `${name}-tls`;
  const secret = new k8s.core.v1.Secret(
    `${name}-tls`,
    {
      metadata: { namespace, labels: partOf },
      type: "kubernetes.io/tls",
      stringData: { "tls.crt": tls.certificate, "tls.key": tls.key },
    },
    opts,
  );
  return secret.metadata.name;
}

/** Annotation for cert-manager: https://cert-manager.io/docs/usage/ingress/ */
function issuer(tls: Tls | undefined): Record<string, string> {
  return tls?.kind === "issuer" ? { "cert-manager.io/cluster-issuer": tls.issuer } : {};
}

/** Labels and port of the pods with which cert-manager answers Let's Encrypt. */
export const acmeSolver: {
  readonly selector: types.input.meta.v1.LabelSelector;
  readonly port: number;
} = { selector: { matchLabels: { "acme.cert-manager.io/http01-solver": "true" } }, port: 8089 };
