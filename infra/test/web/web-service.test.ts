import type { types } from "@pulumi/kubernetes";
import { expect } from "chai";
import { serviceUrl } from "../../web/web-service.ts";
import { restorePath } from "../support/fake-minikube.ts";
import { runProgram, type ProgramRun } from "../support/mocked-program.ts";
import { restrictedContainer, restrictedPod } from "../support/restricted-pod.ts";

type ServiceSpec = types.output.core.v1.ServiceSpec;
type ServiceStatus = types.output.core.v1.ServiceStatus;

const selector = { "app.kubernetes.io/name": "web" };

describe("WebService", function () {
  this.timeout(60_000);
  let program: ProgramRun;
  before(async () => {
    program = await runProgram();
  });
  after(restorePath);

  const spec = () => program.the("Deployment").inputs.spec;
  const pod = () => spec().template.spec;
  const service = (run: ProgramRun) => run.of("Service").find(({ name }) => name === "web")?.inputs;

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

  it("gives endpoints time to go before it stops", () => {
    expect(pod().containers[0].lifecycle).to.deep.equal({ preStop: { sleep: { seconds: 3 } } });
    expect(pod().terminationGracePeriodSeconds).to.equal(30);
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
      periodSeconds: 5,
      failureThreshold: 2,
      timeoutSeconds: 3,
    });
    expect(container.livenessProbe).to.deep.equal({
      httpGet: { path: "/health/live", port: "http" },
      periodSeconds: 10,
      failureThreshold: 3,
      timeoutSeconds: 2,
    });
  });

  it("meets the restricted standard as user 65532", () => {
    expect(pod()).to.include({ automountServiceAccountToken: false, enableServiceLinks: false });
    expect(pod().securityContext).to.deep.equal(restrictedPod(65532));
    expect(pod().containers[0].securityContext).to.deep.equal(restrictedContainer);
  });

  it("bounds CPU and memory, and Node's heap below them", () => {
    const [container] = pod().containers;
    expect(container.resources).to.deep.equal({
      requests: { cpu: "100m", memory: "64Mi" },
      limits: { cpu: "1", memory: "128Mi" },
    });
    expect(container.env).to.deep.include({ name: "NODE_OPTIONS", value: "--max-old-space-size=96" });
  });

  it("tells how it goes on a port that the Service does not have, and nobody of it without being asked", () => {
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

  it("is found by its annotations, by the namespace of the configuration", async () => {
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

  it("is found by Prometheus' operator, with its alerts and dashboard", async () => {
    const run = await runProgram({ metrics: "serviceMonitor" });
    const monitor = run.the("ServiceMonitor").inputs;
    expect(monitor.spec.selector).to.deep.equal({ matchLabels: selector });
    const pods = run.of("Service").find(({ name }) => name === "web-pods")?.inputs;
    expect(pods.metadata.labels).to.include(selector);
    expect(pods.spec.ports.map(({ name }: { name: string }) => name)).to.deep.equal([
      monitor.spec.endpoints[0].port,
    ]);
    expect(run.the("PrometheusRule").inputs.spec.groups).to.have.length(2);
    const dashboard = run.of("ConfigMap").find(({ name }) => name === "monitoring-dashboard")?.inputs;
    expect(dashboard.metadata.labels).to.include({ grafana_dashboard: "1" });
    expect(JSON.parse(dashboard.data["koa-mongo-stack.json"])).to.include({ title: "koa-mongo-stack" });
  });

  it("counts its pods by a name that has an address for each that is ready", () => {
    const pods = program.of("Service").find(({ name }) => name === "web-pods")?.inputs;
    expect(pods.metadata.name).to.equal("web-pods");
    expect(pods.spec).to.deep.equal({
      clusterIP: "None",
      selector,
      ports: [{ name: "metrics", port: 9464, targetPort: "metrics" }],
    });
    expect(pod().containers[0].env).to.deep.include({ name: "PODS_HOST", value: "web-pods" });
  });

  it("traces where there is a collector, and only then", async () => {
    const names = (run: ProgramRun) =>
      run
        .the("Deployment")
        .inputs.spec.template.spec.containers[0].env.map(({ name }: { name: string }) => name);
    expect(names(program)).not.to.include("OTEL_EXPORTER_OTLP_ENDPOINT");
    const run = await runProgram({ otlpEndpoint: "http://otel.tracing:4318" });
    expect(names(run)).to.include("OTEL_EXPORTER_OTLP_ENDPOINT");
    expect(run.of("NetworkPolicy").map(({ name }) => name)).to.include("network-web-to-collector");
  });

  it("has an autoscaler that `destroy` does not wait for", () => {
    expect(program.the("HorizontalPodAutoscaler").inputs.metadata.annotations).to.deep.equal({
      "pulumi.com/deletionPropagationPolicy": "background",
    });
  });

  it("gets the connection string from a Secret", () => {
    expect(pod().containers[0].env).to.deep.include({
      name: "MONGODB_URI",
      valueFrom: { secretKeyRef: { name: "mongodb-uri-auto", key: "uri" } },
    });
  });

  it("spreads over nodes and lets one pod go at a time", () => {
    const labelSelector = { matchLabels: selector };
    // One constraint only: with a second the scheduler ignores nodes that lack its label.
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
    expect(program.the("PodDisruptionBudget").inputs.spec).to.deep.equal({
      maxUnavailable: 1,
      selector: { matchLabels: selector },
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    });
  });

  it("scales on CPU, up at once and down slowly", () => {
    expect(program.the("HorizontalPodAutoscaler").inputs.spec).to.deep.equal({
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web-auto" },
      minReplicas: 2,
      maxReplicas: 5,
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } },
        },
      ],
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          selectPolicy: "Max",
          policies: [
            { type: "Percent", value: 100, periodSeconds: 15 },
            { type: "Pods", value: 4, periodSeconds: 15 },
          ],
        },
        scaleDown: {
          stabilizationWindowSeconds: 300,
          policies: [{ type: "Percent", value: 50, periodSeconds: 60 }],
        },
      },
    });
  });

  it("leaves the number of pods to the autoscaler", () => {
    expect(program.the("Deployment").options.ignoreChanges).to.deep.equal(["spec.replicas"]);
  });

  it("takes its bounds and log level from the configuration", async () => {
    const run = await runProgram({ minReplicas: 3, maxReplicas: 9, cpuTarget: 70, logLevel: "debug" });
    expect(run.the("Deployment").inputs.spec.replicas).to.equal(3);
    const { minReplicas, maxReplicas, metrics } = run.the("HorizontalPodAutoscaler").inputs.spec;
    expect([minReplicas, maxReplicas, metrics[0].resource.target.averageUtilization]).to.deep.equal([
      3, 9, 70,
    ]);
    const [container] = run.the("Deployment").inputs.spec.template.spec.containers;
    expect(container.env).to.deep.include({ name: "LOG_LEVEL", value: "debug" });
  });

  it("is a NodePort that Kubernetes chooses", () => {
    expect(service(program).spec).to.deep.equal({
      type: "NodePort",
      selector,
      ports: [{ name: "http", port: 80, targetPort: "http" }],
    });
  });

  it("is the NodePort of the configuration", async () => {
    const run = await runProgram({ nodePort: 30080 });
    expect(service(run).spec.ports[0].nodePort).to.equal(30080);
    expect(run.outputs.url).to.equal("http://192.0.2.1:30080");
  });

  it("is a load balancer on request, at the node's address until it has its own, and `up` doesn't wait", async () => {
    const run = await runProgram({ expose: "loadBalancer", nodePort: 30080 });
    expect(service(run).spec).to.deep.include({ type: "LoadBalancer" });
    expect(service(run).spec.ports[0]).not.to.have.property("nodePort");
    expect(service(run).metadata.annotations).to.deep.equal({ "pulumi.com/skipAwait": "true" });
    expect(run.outputs.url).to.equal("http://192.0.2.1:31234");
  });
});

describe("serviceUrl", () => {
  const balanced = { type: "LoadBalancer", ports: [{ nodePort: 31234 }] } as ServiceSpec;
  const tunnel = "minikube tunnel -p minikube";
  const near = { tunnel, reach: (nodePort: number) => ({ address: `192.0.2.1:${nodePort}` }) };
  const far = { tunnel, reach: (nodePort: number) => ({ ...near.reach(nodePort), fault: "out of reach" }) };
  const sentence =
    "No load balancer has given the Service an address. " +
    "Run, in a terminal of its own: minikube tunnel -p minikube, and then `up` again.";

  it("is the load balancer's address", () => {
    const status = { loadBalancer: { ingress: [{ ip: "192.0.2.9" }] } } as ServiceStatus;
    expect(serviceUrl(balanced, status, far)).to.deep.equal({ url: "http://192.0.2.9" });
  });

  it("says what gives it one, and where it answers until then", () => {
    const url = "http://192.0.2.1:31234";
    const fault = `${sentence} Until then it answers at ${url}`;
    expect(serviceUrl(balanced, undefined, near)).to.deep.equal({ url, fault });
    expect(serviceUrl(balanced, undefined, far)).to.deep.equal({ url, fault: sentence });
  });

  it("passes on why a node's port is out of reach", () => {
    const spec = { ...balanced, type: "NodePort" };
    expect(serviceUrl(spec, undefined, far).fault).to.equal("out of reach");
  });
});
