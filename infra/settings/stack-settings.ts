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

/** Limits and target of the autoscaler. */
export interface Scaling {
  /** Minimum number of pods. */
  readonly minReplicas: number;
  /** Maximum number of pods. */
  readonly maxReplicas: number;
  /** Average CPU use, in percent of the request. */
  readonly cpuTarget: number;
}

/** The stack's configuration, checked. Pulumi.yaml describes each key and holds its default. */
export interface Settings {
  /** Project and stack, as the prefix of Kubernetes names. */
  readonly name: string;
  readonly cluster: ClusterSettings;
  /** Registry for the image. @default the cluster builds the image, or the image is loaded into the cluster's nodes */
  readonly registry?: RegistrySettings;
  /** Platform of the image, by Docker's name. @default the architecture of the cluster's nodes */
  readonly platform?: string;
  readonly build: BuildSettings;
  readonly expose: Expose;
  /** Proxies that the service trusts: their number, or addresses. @default none */
  readonly trustedProxies?: string;
  readonly scaling: Scaling;
  readonly logLevel: string;
  /** If undefined, no pod may read the metrics. */
  readonly metrics: MetricsSettings | undefined;
  /** If undefined, tracing is off. */
  readonly collector: Collector | undefined;
  /** Address blocks where the cluster's DNS answers, in addition to the usual addresses. */
  readonly dnsServers: readonly string[];
  readonly mongo: MongoSettings;
}

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
/** A larger number of pods on one database is a mistake in the configuration. */
const replicasLimit = 50;

/**
 * Reads and checks the stack's configuration.
 * @throws {RunError} the key, its allowed values and its value, in one sentence
 */
export function readSettings(config = new Config(), stack = getStack()): Settings {
  const minReplicas = integer(config, "minReplicas", 1, replicasLimit);
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
      maxReplicas: integer(config, "maxReplicas", minReplicas, replicasLimit, "minReplicas"),
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

/** Rejects combinations of settings that the kind of cluster does not support. */
function requireReachable({ cluster, registry, platform, mongo }: Settings): void {
  if (cluster.kind === "minikube") {
    if (platform === undefined || registry !== undefined) return;
    throw new RunError(
      "platform is valid only with a registry, because minikube's node has this machine's architecture. " +
        "Run: pulumi config rm platform",
    );
  }
  if (registry === undefined) {
    throw new RunError(
      "With cluster current, the nodes pull the image from a registry, and registry is not set. " +
        "Run: pulumi config set registry ghcr.io/OWNER/koa-mongo-stack",
    );
  }
  if (mongo.kind === "standalone" && mongo.storage.kind === "hostPath") {
    throw new RunError(
      "With cluster current, storage must be the name of a StorageClass, not hostPath. " +
        "`kubectl get storageclass` lists the names. Run: pulumi config set storage NAME",
    );
  }
}

function qualifiedName(project: string, stack: string): string {
  if (/^[a-z0-9-]{1,20}$/.test(stack)) return `${project}-${stack}`;
  throw new RunError(
    `The stack's name must have 1 to 20 characters of a to z, 0 to 9 and "-", not "${stack}". ` +
      "Run: pulumi stack rename NAME",
  );
}
