import { kubectl } from "../../support/cluster-kubectl.ts";
import { containerId, onePod, onNode } from "../../support/stack-pods.ts";
import { install, namespaceObject, removeUnless, type Remove } from "./installed-objects.ts";

/** Image of OpenTelemetry's collector, with its publisher's name and tag. */
export const collectorImage = "otel/opentelemetry-collector:0.165.0";

/** A span that a collector has received. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentId: string;
  readonly name: string;
  readonly kind: string;
}

/** A collector in its own namespace, which prints each span. */
export interface Collector {
  /** Value for the key `otlpEndpoint`. */
  readonly endpoint: string;
  /** The received spans of a trace. */
  spans(traceId: string): Promise<ReceivedSpan[]>;
  /** Sets the number of the collector's pods. Without a pod, every connection is rejected. */
  scale(replicas: 0 | 1): Promise<void>;
  /**
   * Stops the collector's process, so that it accepts connections and never answers. Returns a function that
   * continues it.
   */
  suspend(): Promise<Remove>;
  readonly remove: Remove;
}

const labels = { app: "collector" };
const port = 4318;
const configuration = {
  receivers: { otlp: { protocols: { http: { endpoint: `0.0.0.0:${port}` } } } },
  exporters: { debug: { verbosity: "detailed" } },
  service: {
    telemetry: { metrics: { level: "none" } },
    pipelines: { traces: { receivers: ["otlp"], exporters: ["debug"] } },
  },
};

/** Starts the collector and waits until it is available. */
export async function installCollector(namespace: string): Promise<Collector> {
  const remove = await install(namespaceObject(namespace), ...parts(namespace));
  const rollout = () =>
    kubectl("rollout", "status", "deployment/collector", "-n", namespace, "--timeout=240s");
  await removeUnless(remove, rollout);
  return {
    endpoint: `http://collector.${namespace}:${port}`,
    async spans(traceId) {
      const log = await kubectl("logs", "deployment/collector", "-n", namespace, "--tail=-1");
      return printedSpans(log).filter((span) => span.traceId === traceId);
    },
    async scale(replicas) {
      await kubectl("scale", "deployment/collector", "-n", namespace, `--replicas=${replicas}`);
      if (replicas === 1) await rollout();
      else
        await kubectl(
          "wait",
          "pods",
          "-n",
          namespace,
          "--for=delete",
          "-l",
          "app=collector",
          "--timeout=120s",
        );
    },
    async suspend() {
      const pod = await onePod(namespace, "app=collector");
      const node = pod.spec.nodeName ?? "";
      const pid = `$(docker inspect --format '{{.State.Pid}}' ${containerId(pod)})`;
      await onNode(node, `kill -STOP ${pid}`);
      return async () => {
        await onNode(node, `kill -CONT ${pid}`);
      };
    },
    remove,
  };
}

function parts(namespace: string) {
  const metadata = { name: "collector", namespace };
  const data = { "config.yaml": JSON.stringify(configuration) };
  const container = {
    name: "collector",
    image: collectorImage,
    imagePullPolicy: "IfNotPresent",
    args: ["--config=/conf/config.yaml"],
    ports: [{ containerPort: port }],
    readinessProbe: { tcpSocket: { port } },
    volumeMounts: [{ name: "configuration", mountPath: "/conf" }],
  };
  const podSpec = {
    terminationGracePeriodSeconds: 1,
    containers: [container],
    volumes: [{ name: "configuration", configMap: { name: "collector" } }],
  };
  return [
    { apiVersion: "v1", kind: "ConfigMap", metadata, data },
    { apiVersion: "v1", kind: "Service", metadata, spec: { selector: labels, ports: [{ port }] } },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec } },
    },
  ];
}

/** Reads the spans from the output of the exporter `debug`. */
export function printedSpans(log: string): ReceivedSpan[] {
  return log
    .split(/^Span #\d+$/m)
    .slice(1)
    .map((text) => {
      const field = (name: string) => new RegExp(`^ +${name} *: ?(.*)$`, "m").exec(text)?.[1]?.trim() ?? "";
      return {
        traceId: field("Trace ID"),
        spanId: field("ID"),
        parentId: field("Parent ID"),
        name: field("Name"),
        kind: field("Kind"),
      };
    });
}
