import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { kubectl } from "../../support/cluster-kubectl.ts";
import { install, namespaceObject, removeUnless, type Remove } from "./installed-objects.ts";
import type { KeyPair } from "./private-ca.ts";

/** Images of the pods. */
export const mongoImage = "mongo:8.0";
export const nodeImage = "node:24-bookworm-slim";

/** Independent MongoDBs with TLS, in their own namespace. */
export interface TlsMongodb {
  /** Host names of the servers. */
  readonly hosts: readonly string[];
  /** DNS name of the headless Service, whose SRV record lists all servers with their port. */
  readonly srvName: string;
  /** TCP port of every server. */
  readonly port: number;
  /** User and password, encoded for a connection string, and the option with the database of the user. */
  readonly login: string;
  readonly options: string;
  readonly remove: Remove;
}

const port = 27018;
const service = "db";
const user = "ada";
/** Has characters that a connection string must encode. */
const password = "p@ss/word:1";

/** Names that the servers' certificate needs. */
export function namesIn(namespace: string): readonly string[] {
  const domain = `${service}.${namespace}.svc.cluster.local`;
  return [domain, `*.${domain}`];
}

/** Starts two servers, and waits until they are ready. */
export async function startTlsMongodb(namespace: string, certificate: KeyPair): Promise<TlsMongodb> {
  const script = await readFile(join(import.meta.dirname, "tls-proxy.ts"), "utf8");
  const remove = await install(
    namespaceObject(namespace),
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "tls-proxy", namespace },
      data: { "tls-proxy.ts": script },
    },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "certificate", namespace },
      type: "kubernetes.io/tls",
      stringData: { "tls.crt": certificate.certificate, "tls.key": certificate.key },
    },
    headlessService(namespace),
    statefulSet(namespace, 2),
  );
  const rollout = ["rollout", "status", `statefulset/${service}`, "--namespace", namespace, "--timeout=240s"];
  await removeUnless(remove, () => kubectl(...rollout));
  const [srvName = ""] = namesIn(namespace);
  return {
    hosts: [0, 1].map((index) => `${service}-${index}.${srvName}`),
    srvName,
    port,
    login: `${user}:${encodeURIComponent(password)}`,
    options: "authSource=admin",
    remove,
  };
}

/** Number of TLS connections that a server has had. */
export async function connectionsOf(namespace: string, index: number): Promise<number> {
  const log = await kubectl("logs", `${service}-${index}`, "--namespace", namespace, "--container", "proxy");
  return log.split("\n").filter((line) => line.startsWith("connection for")).length;
}

const labels = { app: service };

/** The port's name creates the SRV record for `mongodb+srv`. */
function headlessService(namespace: string) {
  const ports = [{ name: "mongodb", port }];
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: service, namespace },
    spec: { clusterIP: "None", selector: labels, ports },
  };
}

function statefulSet(namespace: string, replicas: number) {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: service, namespace },
    spec: {
      replicas,
      serviceName: service,
      podManagementPolicy: "Parallel",
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 2, containers: containers(), volumes: volumes() },
      },
    },
  };
}

function containers() {
  const probe = `db.getSiblingDB("admin").auth(${JSON.stringify(user)}, ${JSON.stringify(password)}).ok || quit(1)`;
  return [
    {
      name: "mongodb",
      image: mongoImage,
      env: [
        { name: "MONGO_INITDB_ROOT_USERNAME", value: user },
        { name: "MONGO_INITDB_ROOT_PASSWORD", value: password },
      ],
      startupProbe: {
        exec: { command: ["mongosh", "--quiet", "--eval", probe] },
        periodSeconds: 5,
        timeoutSeconds: 20,
        failureThreshold: 40,
      },
    },
    {
      name: "proxy",
      image: nodeImage,
      command: ["node", "/proxy/tls-proxy.ts"],
      readinessProbe: { tcpSocket: { port }, periodSeconds: 2 },
      volumeMounts: [
        { name: "proxy", mountPath: "/proxy" },
        { name: "certificates", mountPath: "/certificates" },
      ],
    },
  ];
}

function volumes() {
  return [
    { name: "proxy", configMap: { name: "tls-proxy" } },
    { name: "certificates", secret: { secretName: "certificate" } },
  ];
}
