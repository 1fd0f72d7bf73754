import { basename } from "node:path";
import type { V1EnvVar, V1Pod } from "@kubernetes/client-node";
import { MongoClient, type MongoOptions } from "mongodb";
import { selector } from "../../infra/platform/pod-defaults.ts";
import type { ClusterClient } from "../kubernetes/cluster-client.ts";
import { UserError } from "../process/user-error.ts";
import { webSelector } from "../traffic/web-selector.ts";

/** How the service connects to its MongoDB. */
export interface ConnectionSettings {
  /** Connection string, with a password. */
  readonly uri: string;
  /** CA certificates to trust, in PEM; enables TLS. @default the settings in the connection string */
  readonly ca?: string;
}

/** Reads the service's connection from its Deployment, for any kind of MongoDB. Undefined without a Deployment. */
export async function readConnection(
  { apps, core }: Pick<ClusterClient, "apps" | "core">,
  namespace: string,
): Promise<ConnectionSettings | undefined> {
  const { items } = await apps.listNamespacedDeployment({ namespace, labelSelector: webSelector });
  const pod = items[0]?.spec?.template.spec;
  const container = pod?.containers[0];
  const variable = (name: string) => container?.env?.find((one: V1EnvVar) => one.name === name);

  const uri = variable("MONGODB_URI");
  const key = uri?.valueFrom?.secretKeyRef;
  if (key?.name === undefined) return uri?.value === undefined ? undefined : { uri: uri.value };
  const { data } = await core.readNamespacedSecret({ namespace, name: key.name });
  const connection = { uri: Buffer.from(data?.[key.key] ?? "", "base64").toString("utf8") };

  const file = variable("MONGODB_CA_FILE")?.value;
  const mount = container?.volumeMounts?.find(({ mountPath }) => file?.startsWith(`${mountPath}/`) === true);
  const configMap = pod?.volumes?.find(({ name }) => name === mount?.name)?.configMap?.name;
  if (file === undefined || configMap === undefined) return connection;
  const ca = (await core.readNamespacedConfigMap({ namespace, name: configMap })).data?.[basename(file)];
  return ca === undefined ? connection : { ...connection, ca };
}

/** Host and port in a connection string. */
export interface MongodbHost {
  readonly host: string;
  /** Undefined with `mongodb+srv`: DNS has the ports. */
  readonly port: number | undefined;
}

/**
 * The first host of a connection string, or the name of `mongodb+srv`.
 * @throws {UserError} the connection string is invalid
 */
export function firstHost(uri: string): MongodbHost {
  const { srvHost, hosts } = parse(uri);
  const [first] = hosts;
  return { host: srvHost ?? first?.host ?? first?.socketPath ?? "", port: first?.port };
}

function parse(uri: string): MongoOptions {
  try {
    return new MongoClient(uri).options;
  } catch (error) {
    const { name, message } = error as Error;
    // Messages of other errors may contain the password.
    const why = name === "MongoParseError" ? `: ${message}` : "";
    throw new UserError(`The service's connection string is invalid${why}.`, { cause: error });
  }
}

/** The connection string with another host and port. Everything else stays the same. */
export function atAddress(uri: string, address: string): string {
  return uri.replace(/^(mongodb:\/\/(?:[^@/]*@)?)[^/?]+/, (_, start: string) => `${start}${address}`);
}

/** A Service of the cluster. */
export interface ServiceName {
  readonly name: string;
  readonly namespace: string;
}

/** The Service that a cluster DNS name refers to: `NAME`, `NAME.NAMESPACE.svc…`, `POD.NAME.NAMESPACE.svc…`. */
export function serviceOf(host: string, namespace: string): ServiceName | undefined {
  if (/^[a-z0-9-]+$/.test(host)) return { name: host, namespace };
  const [, name, other] =
    /^(?:[a-z0-9-]+\.)?([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.[a-z0-9.-]+)?$/.exec(host) ?? [];
  return name === undefined || other === undefined ? undefined : { name, namespace: other };
}

/** The pods behind a Service. */
export async function podsOf(
  { core }: Pick<ClusterClient, "core">,
  { name, namespace }: ServiceName,
): Promise<readonly V1Pod[]> {
  const { spec } = await core.readNamespacedService({ name, namespace });
  const labelSelector = selector(spec?.selector ?? {});
  return (await core.listNamespacedPod({ namespace, labelSelector })).items;
}
