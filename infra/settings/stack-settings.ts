import { Config, getStack, RunError } from "@pulumi/pulumi";
import {
  readCluster,
  readRegistry,
  type ClusterSettings,
  type RegistrySettings,
} from "./cluster-settings.ts";
import { readBuild, type BuildSettings } from "./build-settings.ts";
import { readDnsServers } from "./dns-settings.ts";
import { readExpose, readTrustedProxies, type Expose } from "./expose-settings.ts";
import { readMongo, type MongoSettings } from "./mongodb-settings.ts";
import { readCollector, readMetrics, type Collector, type MetricsSettings } from "./monitoring-settings.ts";
import { integer, oneOf, optional } from "./config-values.ts";

/** Bounds and target of the autoscaler. */
export interface Scaling {
  /** Pods that always run. */
  readonly minReplicas: number;
  /** Pods that run under load. */
  readonly maxReplicas: number;
  /** Average CPU use in percent of the request. */
  readonly cpuTarget: number;
}

/** The stack's configuration, checked. Pulumi.yaml describes each key and holds its default. */
export interface Settings {
  /** Project and stack, as the beginning of Kubernetes' own names. */
  readonly name: string;
  readonly cluster: ClusterSettings;
  /** Where the image is pushed to. @default the cluster builds it, or it is loaded into the cluster's nodes */
  readonly registry?: RegistrySettings;
  /** What the image is built for, as Docker names it. @default the architecture of the cluster's nodes */
  readonly platform?: string;
  readonly build: BuildSettings;
  readonly expose: Expose;
  /** Which proxies the service trusts: their number, or addresses. @default none */
  readonly trustedProxies?: string;
  readonly scaling: Scaling;
  readonly logLevel: string;
  /** Without, nobody may read the metrics. */
  readonly metrics: MetricsSettings | undefined;
  /** Without, nothing is traced. */
  readonly collector: Collector | undefined;
  /** Blocks of addresses where the cluster's DNS answers beside its usual ones. */
  readonly dnsServers: readonly string[];
  readonly mongo: MongoSettings;
}

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
/** More pods than this on one database are a mistake in the configuration. */
const mostReplicas = 50;

/**
 * Reads the stack's configuration.
 * @throws {RunError} one sentence that names the key, what it may be, and what it is
 */
export function readSettings(config = new Config(), stack = getStack()): Settings {
  const minReplicas = integer(config, "minReplicas", 1, mostReplicas);
  const registry = readRegistry(config);
  const platform = optional(config, "platform", /^linux\/(amd64|arm64)$/, "linux/amd64 or linux/arm64");
  const expose = readExpose(config);
  const trustedProxies = readTrustedProxies(config, expose);
  const settings: Settings = {
    name: qualifiedName(config.name, stack),
    cluster: readCluster(config),
    ...(registry === undefined ? {} : { registry }),
    ...(platform === undefined ? {} : { platform }),
    build: readBuild(config),
    expose,
    ...(trustedProxies === undefined ? {} : { trustedProxies }),
    scaling: {
      minReplicas,
      maxReplicas: integer(config, "maxReplicas", minReplicas, mostReplicas, "minReplicas"),
      cpuTarget: integer(config, "cpuTarget", 1, 100),
    },
    logLevel: oneOf(config, "logLevel", logLevels),
    metrics: readMetrics(config),
    collector: readCollector(config),
    dnsServers: readDnsServers(config),
    mongo: readMongo(config),
  };
  requireReachable(settings);
  return settings;
}

/** What only minikube's own machine can do. */
function requireReachable({ cluster, registry, platform, mongo }: Settings): void {
  if (cluster.kind === "minikube") {
    if (platform === undefined || registry !== undefined) return;
    throw new RunError("platform goes with a registry only: minikube's node is this machine's.");
  }
  if (registry === undefined) {
    throw new RunError(
      "The nodes of a cluster that is not minikube pull the image from a registry. " +
        "Run: pulumi config set registry ghcr.io/OWNER/koa-mongo-stack",
    );
  }
  if (mongo.kind === "standalone" && mongo.storage.kind === "hostPath") {
    throw new RunError(
      "storage hostPath is a folder of minikube's node. In another cluster it must be the name of a StorageClass, " +
        "as `kubectl get storageclass` lists them.",
    );
  }
}

function qualifiedName(project: string, stack: string): string {
  if (/^[a-z0-9-]{1,20}$/.test(stack)) return `${project}-${stack}`;
  throw new RunError(
    `The stack's name can have 20 characters, of a to z, 0 to 9 and "-", and is "${stack}".`,
  );
}
