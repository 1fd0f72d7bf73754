import { Config, getStack, RunError } from "@pulumi/pulumi";

/** How the service is reached from outside the cluster. */
export type Expose =
  { readonly kind: "nodePort"; readonly port: number | undefined } | { readonly kind: "loadBalancer" };

/** Where the database keeps its files. */
export type StorageSettings =
  | { readonly kind: "hostPath"; readonly size: string; readonly keepData: boolean }
  | { readonly kind: "storageClass"; readonly size: string; readonly className: string };

/** Bounds and target of the autoscaler. */
export interface Scaling {
  /** Pods that always run. */
  readonly minReplicas: number;
  /** Pods that run under load. */
  readonly maxReplicas: number;
  /** Average CPU use in percent of the request. */
  readonly cpuTarget: number;
}

/** How Prometheus finds the pods, and which namespace it is in. */
export interface MetricsSettings {
  readonly kind: "annotations" | "serviceMonitor";
  readonly namespace: string;
}

/** A collector of traces in the cluster. */
export interface Collector {
  readonly endpoint: string;
  readonly namespace: string;
  readonly port: number;
}

/** The stack's configuration, checked. Pulumi.yaml describes each key and holds its default. */
export interface Settings {
  /** Project and stack, as the beginning of Kubernetes' own names. */
  readonly name: string;
  readonly minikubeProfile: string;
  readonly expose: Expose;
  readonly scaling: Scaling;
  readonly logLevel: string;
  /** Without, nobody may read the metrics. */
  readonly metrics: MetricsSettings | undefined;
  /** Without, nothing is traced. */
  readonly collector: Collector | undefined;
  readonly mongoImage: string;
  /** With another number MongoDB has other users, with passwords of their own. */
  readonly passwordVersion: number;
  readonly storage: StorageSettings;
}

const exposeKinds = ["nodePort", "loadBalancer"] as const;
const metricsKinds = ["off", "annotations", "serviceMonitor"] as const;
const logLevels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
/** More pods than this on one database are a mistake in the configuration. */
const mostReplicas = 50;
/** More is no version any more. */
const mostVersions = 999_999;

/**
 * Reads the stack's configuration.
 * @throws {RunError} one sentence that names the key, what it may be, and what it is
 */
export function readSettings(config = new Config(), stack = getStack()): Settings {
  const minReplicas = integer(config, "minReplicas", 1, mostReplicas);
  return {
    name: qualifiedName(config.name, stack),
    minikubeProfile: matching(config, "minikubeProfile", /^[\w.-]+$/, "the name of a minikube profile"),
    expose: readExpose(config),
    scaling: {
      minReplicas,
      maxReplicas: integer(config, "maxReplicas", minReplicas, mostReplicas, "minReplicas"),
      cpuTarget: integer(config, "cpuTarget", 1, 100),
    },
    logLevel: oneOf(config, "logLevel", logLevels),
    metrics: readMetrics(config),
    collector: readCollector(config),
    mongoImage: matching(
      config,
      "mongoImage",
      /^[\w./:-]+[:@][\w.:-]*\d[\w.:-]*$/,
      "an image with its version, such as mongo:8.0",
    ),
    passwordVersion: integer(config, "passwordVersion", 1, mostVersions),
    storage: readStorage(config),
  };
}

function qualifiedName(project: string, stack: string): string {
  if (/^[a-z0-9-]{1,20}$/.test(stack)) return `${project}-${stack}`;
  throw new RunError(
    `The stack's name can have 20 characters, of a to z, 0 to 9 and "-", and is "${stack}".`,
  );
}

function readExpose(config: Config): Expose {
  const kind = oneOf(config, "expose", exposeKinds);
  const port = config.require("nodePort") === "0" ? undefined : integer(config, "nodePort", 30000, 32767);
  return kind === "nodePort" ? { kind, port } : { kind };
}

function readMetrics(config: Config): MetricsSettings | undefined {
  const kind = oneOf(config, "metrics", metricsKinds);
  const namespace = matching(
    config,
    "metricsNamespace",
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "the name of a namespace",
  );
  return kind === "off" ? undefined : { kind, namespace };
}

/** The name tells the namespace, which the network policy needs to know. */
function readCollector(config: Config): Collector | undefined {
  const endpoint = matching(
    config,
    "otlpEndpoint",
    /^(off|https?:\/\/[a-z0-9-]+\.[a-z0-9-]+(\.svc(\.[a-z0-9.-]+)?)?(:\d{1,5})?\/?)$/,
    "off or the URL of a Service with its namespace, such as http://collector.observability:4318",
  );
  if (endpoint === "off") return undefined;
  const { hostname, port, protocol } = new URL(endpoint);
  const [, namespace = ""] = hostname.split(".");
  const usual = protocol === "https:" ? 443 : 80;
  return { endpoint, namespace, port: port === "" ? usual : Number(port) };
}

function readStorage(config: Config): StorageSettings {
  const size = matching(
    config,
    "storageSize",
    /^[1-9]\d*(Mi|Gi|Ti|M|G|T)$/,
    "a quantity such as 500Mi or 10Gi",
  );
  const className = matching(
    config,
    "storage",
    /^(hostPath|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)$/,
    "hostPath or the name of a StorageClass",
  );
  const keepData = config.requireBoolean("keepData");
  if (className === "hostPath") return { kind: "hostPath", size, keepData };
  if (keepData) {
    throw new RunError(
      `keepData goes with storage hostPath only: the reclaim policy of the StorageClass "${className}" decides ` +
        "what becomes of its volumes.",
    );
  }
  return { kind: "storageClass", size, className };
}

function integer(config: Config, key: string, least: number, most: number, leastName?: string): number {
  // Pulumi's own requireNumber takes "3abc" for 3.
  const text = config.require(key);
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  const from = leastName === undefined ? String(least) : `${leastName} (${least})`;
  throw new RunError(`${key} must be a whole number from ${from} to ${most}, not ${text}.`);
}

function oneOf<T extends string>(config: Config, key: string, values: readonly T[]): T {
  const value = config.require(key);
  const found = values.find((known) => known === value);
  if (found === undefined) throw new RunError(`${key} must be one of ${values.join(", ")}, not "${value}".`);
  return found;
}

function matching(config: Config, key: string, pattern: RegExp, what: string): string {
  const value = config.require(key);
  if (!pattern.test(value)) throw new RunError(`${key} must be ${what}, not "${value}".`);
  return value;
}
