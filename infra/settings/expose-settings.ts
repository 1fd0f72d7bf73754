import { isIP } from "node:net";
import { RunError, secret, type Config, type Output } from "@pulumi/pulumi";
import { optionalText, integer, matching, oneOf, optional, rejectKeys } from "./config-values.ts";
import { requireKeyPair } from "./pem.ts";

/** The source of an Ingress's certificate. */
export type Tls =
  /** An issuer of cert-manager creates the certificate, and renews it in time. */
  | { readonly kind: "issuer"; readonly issuer: string }
  /** Chain and key, in PEM. Both are secrets, because components keep their arguments in the state. */
  | { readonly kind: "certificate"; readonly certificate: Output<string>; readonly key: Output<string> };

/** An Ingress: a host name, on a controller that other stacks may share. */
export interface IngressSettings {
  readonly kind: "ingress";
  readonly host: string;
  /** Name of the IngressClass. @default the cluster's own choice */
  readonly className?: string;
  /** The certificate's source. @default HTTP only */
  readonly tls?: Tls;
}

/** How the service is reached from outside the cluster. */
export type Expose =
  | { readonly kind: "nodePort"; readonly port: number | undefined }
  | { readonly kind: "loadBalancer" }
  | IngressSettings;

const kinds = ["nodePort", "loadBalancer", "ingress"] as const;
const tlsKeys = ["tlsIssuer", "tlsCertificate", "tlsKey"] as const;
const dnsName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/;
/** Pattern for the name of a Kubernetes object. */
export const objectName = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/**
 * Reads how the service is exposed.
 * @throws {RunError} the key and the problem, in one sentence
 */
export function readExpose(config: Config): Expose {
  const kind = oneOf(config, "expose", kinds);
  const port = config.require("nodePort") === "0" ? undefined : integer(config, "nodePort", 30000, 32767);
  if (kind === "ingress") return readIngress(config);
  rejectKeys(config, ["host", "ingressClass", ...tlsKeys], "expose ingress");
  return kind === "nodePort" ? { kind, port } : { kind };
}

function readIngress(config: Config): IngressSettings {
  const host = matching(config, "host", dnsName, "a host name such as app.example.com if expose is ingress");
  const className = optional(config, "ingressClass", objectName, "the name of an IngressClass");
  const tls = readTls(config);
  return {
    kind: "ingress",
    host,
    ...(className === undefined ? {} : { className }),
    ...(tls === undefined ? {} : { tls }),
  };
}

function readTls(config: Config): Tls | undefined {
  const issuer = optional(config, "tlsIssuer", objectName, "the name of a ClusterIssuer of cert-manager");
  const [certificate, key] = [optionalText(config, "tlsCertificate"), optionalText(config, "tlsKey")];
  if (issuer !== undefined) {
    if (certificate === undefined && key === undefined) return { kind: "issuer", issuer };
    throw new RunError(
      "tlsIssuer is set, and tlsCertificate or tlsKey is set, too. Keep one source of the certificate. " +
        "Run: pulumi config rm tlsIssuer, or remove tlsCertificate and tlsKey.",
    );
  }
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) {
    const [isSet, missing] =
      certificate === undefined ? ["tlsKey", "tlsCertificate"] : ["tlsCertificate", "tlsKey"];
    throw new RunError(
      `${isSet} is set, and ${missing} is not. Run: pulumi config set --secret ${missing} < FILE.pem`,
    );
  }
  requireKeyPair({ key: "tlsCertificate", text: certificate }, { key: "tlsKey", text: key });
  return { kind: "certificate", certificate: secret(certificate), key: secret(key) };
}

/** Names of address ranges that the service accepts. */
const namedRanges = ["loopback", "linklocal", "uniquelocal"];

/**
 * Reads which proxies the service trusts, or undefined for none. With an Ingress, its controller is a proxy.
 * @throws {RunError} the problem, in one sentence
 */
export function readTrustedProxies(config: Config, { kind }: Expose): string | undefined {
  const proxies = config.require("trustedProxies");
  if (proxies === "auto") return kind === "ingress" ? "1" : undefined;
  if (/^\d{1,2}$/.test(proxies)) return Number(proxies) === 0 ? undefined : proxies;
  if (proxies.split(",").every((range) => isRange(range.trim()))) return proxies;
  throw new RunError(
    `trustedProxies must be auto, a number of proxies, or addresses such as 10.0.0.0/8, not "${proxies}".`,
  );
}

function isRange(text: string): boolean {
  if (namedRanges.includes(text)) return true;
  const [, address = "", length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const bits = { 4: 32, 6: 128 }[isIP(address)];
  return bits !== undefined && Number(length ?? bits) <= bits;
}
