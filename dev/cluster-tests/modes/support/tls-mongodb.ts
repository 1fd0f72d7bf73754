import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { askKubectl, kubectl } from "../../support/cluster-kubectl.ts";
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
  const objects = [
    configMap("tls-proxy", { "tls-proxy.ts": script }),
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "certificate" },
      type: "kubernetes.io/tls",
      stringData: { "tls.crt": certificate.certificate, "tls.key": certificate.key },
    },
    headlessService(),
    statefulSet(2),
  ];
  await kubectl("create", "namespace", namespace);
  const args = ["apply", "--namespace", namespace, "--filename", "-"];
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  const { code, stderr } = await askKubectl(args, { input });
  if (code !== 0) throw new Error(stderr);
  await kubectl("rollout", "status", `statefulset/${service}`, "--namespace", namespace, "--timeout", "240s");
  const [srvName = ""] = namesIn(namespace);
  return {
    hosts: [0, 1].map((index) => `${service}-${index}.${srvName}`),
    srvName,
    port,
    login: `${user}:${encodeURIComponent(password)}`,
    options: "authSource=admin",
  };
}

/** Number of TLS connections that a server has had. */
export async function connectionsOf(namespace: string, index: number): Promise<number> {
  const log = await kubectl("logs", `${service}-${index}`, "--namespace", namespace, "--container", "proxy");
  return log.split("\n").filter((line) => line.startsWith("connection for")).length;
}

function configMap(name: string, data: Readonly<Record<string, string>>) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data };
}

const labels = { app: service };

/** Kubernetes derives the SRV record for `mongodb+srv` from the name of the port. */
function headlessService() {
  const ports = [{ name: "mongodb", port }];
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: service },
    spec: { clusterIP: "None", selector: labels, ports },
  };
}

function statefulSet(replicas: number) {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: service },
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
