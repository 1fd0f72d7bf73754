import { expect } from "chai";
import { restorePath } from "../support/fake-minikube.ts";
import { runProgram, type ProgramRun } from "../support/mocked-program.ts";
import { restrictedContainer, restrictedPod } from "../support/restricted-pod.ts";

const selector = { "app.kubernetes.io/name": "web" };

describe("the service's Deployment", function () {
  this.timeout(60_000);
  let program: ProgramRun;
  before(async () => {
    program = await runProgram();
  });
  after(restorePath);

  const spec = () => program.the("Deployment").inputs.spec;
  const pod = () => spec().template.spec;

  it("rolls out without losing a pod", () => {
    expect(spec()).to.deep.include({
      replicas: 2,
      selector: { matchLabels: selector },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      minReadySeconds: 3,
      revisionHistoryLimit: 5,
      progressDeadlineSeconds: 120,
    });
    expect(spec().template.metadata.labels).to.include(selector);
  });

  it("is deleted at once, so that its pods end concurrently with MongoDB's", () => {
    expect(program.the("Deployment").inputs.metadata.annotations).to.deep.equal({
      "pulumi.com/deletionPropagationPolicy": "background",
    });
  });

  it("waits for the removal of its endpoint before it stops", () => {
    expect(pod().containers[0].lifecycle).to.deep.equal({ preStop: { sleep: { seconds: 3 } } });
    expect(pod().terminationGracePeriodSeconds).to.equal(35);
  });

  it("probes over HTTP, liveness without MongoDB", () => {
    const [container] = pod().containers;
    expect(container.startupProbe).to.deep.equal({
      httpGet: { path: "/health/live", port: "http" },
      periodSeconds: 2,
      failureThreshold: 30,
    });
    expect(container.readinessProbe).to.deep.equal({
      httpGet: { path: "/health/ready", port: "http" },
      periodSeconds: 2,
      failureThreshold: 4,
      timeoutSeconds: 3,
    });
    expect(container.livenessProbe).to.deep.equal({
      httpGet: { path: "/health/live", port: "http" },
      periodSeconds: 10,
      failureThreshold: 3,
      timeoutSeconds: 2,
    });
  });

  it("shows the reason of a failed start in the pod's status", () => {
    expect(pod().containers[0].terminationMessagePolicy).to.equal("FallbackToLogsOnError");
  });

  it("meets the restricted standard as user 65532", () => {
    expect(pod()).to.include({ automountServiceAccountToken: false, enableServiceLinks: false });
    expect(pod().securityContext).to.deep.equal(restrictedPod(65532));
    expect(pod().containers[0].securityContext).to.deep.equal(restrictedContainer);
  });

  it("limits CPU and memory, and Node's heap below the memory", () => {
    const [container] = pod().containers;
    expect(container.resources).to.deep.equal({
      requests: { cpu: "100m", memory: "64Mi" },
      limits: { cpu: "1", memory: "256Mi" },
    });
    expect(container.env).to.deep.include.members([
      { name: "NODE_OPTIONS", value: "--max-old-space-size=61 --max-semi-space-size=8" },
      { name: "MALLOC_ARENA_MAX", value: "1" },
    ]);
  });

  it("has a metrics port that the Service does not have, and that no other namespace may read by default", () => {
    const [container] = pod().containers;
    expect(container.ports).to.deep.equal([
      { name: "http", containerPort: 3000 },
      { name: "metrics", containerPort: 9464 },
    ]);
    expect(container.env).to.deep.include({ name: "METRICS_PORT", value: "9464" });
    expect(spec().template.metadata).not.to.have.property("annotations");
    expect(program.of("NetworkPolicy").map(({ name }) => name)).not.to.include(
      "network-metrics-to-neighbour",
    );
    expect(program.of("ServiceMonitor")).to.deep.equal([]);
  });

  it("has annotations for Prometheus, and allows its namespace", async () => {
    const run = await runProgram({ metrics: "annotations", metricsNamespace: "prometheus" });
    expect(run.the("Deployment").inputs.spec.template.metadata.annotations).to.deep.equal({
      "prometheus.io/scrape": "true",
      "prometheus.io/port": "9464",
      "prometheus.io/path": "/metrics",
    });
    const rule = run.of("NetworkPolicy").find(({ name }) => name === "network-metrics-to-neighbour");
    expect(rule?.inputs.spec.ingress[0].from[0].namespaceSelector.matchLabels).to.deep.equal({
      "kubernetes.io/metadata.name": "prometheus",
    });
  });

  it("sends traces only with a collector", async () => {
    const names = (run: ProgramRun) =>
      run
        .the("Deployment")
        .inputs.spec.template.spec.containers[0].env.map(({ name }: { name: string }) => name);
    expect(names(program)).not.to.include("OTEL_EXPORTER_OTLP_ENDPOINT");
    const run = await runProgram({ otlpEndpoint: "http://otel.tracing:4318" });
    expect(names(run)).to.include("OTEL_EXPORTER_OTLP_ENDPOINT");
    expect(run.the("Deployment").inputs.spec.template.spec.containers[0].env).to.deep.include({
      name: "OTEL_SERVICE_NAME",
      value: "koa-mongo-stack",
    });
    expect(run.of("NetworkPolicy").map(({ name }) => name)).to.include("network-web-to-collector");
  });

  it("trusts the Ingress' controller, and other proxies only as the configuration says", async () => {
    const trusted = async (values: Record<string, unknown>) => {
      const run = await runProgram(values);
      const { env } = run.the("Deployment").inputs.spec.template.spec.containers[0];
      return (env as { name: string; value?: string }[]).find(({ name }) => name === "TRUSTED_PROXIES")
        ?.value;
    };
    expect(await trusted({})).to.equal(undefined);
    expect(await trusted({ trustedProxies: "10.0.0.0/8, fd00::/8" })).to.equal("10.0.0.0/8, fd00::/8");
    const ingress = { cluster: "current", registry: "ghcr.io/ada/koa", storage: "standard" };
    const host = { expose: "ingress", host: "a.example" };
    expect(await trusted({ ...ingress, ...host })).to.equal("1");
    expect(await trusted({ ...ingress, ...host, trustedProxies: "2" })).to.equal("2");
    expect(await trusted({ ...ingress, ...host, trustedProxies: "0" })).to.equal(undefined);
  });

  it("keeps idle connections of a proxy longer than the proxy does", async () => {
    const keepAlive = async (values: Record<string, unknown>) => {
      const run = await runProgram(values);
      const { env } = run.the("Deployment").inputs.spec.template.spec.containers[0];
      return (env as { name: string; value?: string }[]).find(({ name }) => name === "KEEP_ALIVE_MS")?.value;
    };
    expect(await keepAlive({})).to.equal(undefined);
    expect(await keepAlive({ trustedProxies: "1" })).to.equal("3660000");
    const ingress = { cluster: "current", registry: "ghcr.io/ada/koa", storage: "standard" };
    const host = { expose: "ingress", host: "a.example" };
    expect(await keepAlive({ ...ingress, ...host })).to.equal("3660000");
    expect(await keepAlive({ ...ingress, ...host, trustedProxies: "0" })).to.equal("3660000");
  });

  it("gets the connection string from a Secret", () => {
    expect(pod().containers[0].env).to.deep.include({
      name: "MONGODB_URI",
      valueFrom: { secretKeyRef: { name: "mongodb-uri-auto", key: "uri" } },
    });
  });

  it("spreads over nodes and zones", () => {
    const labelSelector = { matchLabels: selector };
    // With a second constraint, the scheduler would ignore nodes without its label.
    expect(pod().topologySpreadConstraints).to.deep.equal([
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector,
        matchLabelKeys: ["pod-template-hash"],
      },
    ]);
    const podAffinityTerm = { topologyKey: "topology.kubernetes.io/zone", labelSelector };
    expect(pod().affinity.podAntiAffinity).to.deep.equal({
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm }],
    });
  });

  it("leaves the number of pods to the autoscaler", () => {
    expect(program.the("Deployment").options.ignoreChanges).to.deep.equal(["spec.replicas"]);
  });

  it("has the pods and the log level of the configuration", async () => {
    const run = await runProgram({ minReplicas: 3, logLevel: "debug" });
    expect(run.the("Deployment").inputs.spec.replicas).to.equal(3);
    const [container] = run.the("Deployment").inputs.spec.template.spec.containers;
    expect(container.env).to.deep.include({ name: "LOG_LEVEL", value: "debug" });
  });
});
