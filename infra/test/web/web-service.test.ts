import { expect } from "chai";
import { rejectedNames } from "../support/configurations.ts";
import { restorePath } from "../support/fake-minikube.ts";
import { runProgram } from "../support/mocked-program.ts";

const selector = { "app.kubernetes.io/name": "web" };

describe("WebService", function () {
  this.timeout(60_000);
  after(restorePath);

  it("allows one unavailable pod at a time while a node is drained", async () => {
    const program = await runProgram();
    expect(program.the("PodDisruptionBudget").inputs.spec).to.deep.equal({
      maxUnavailable: 1,
      selector: { matchLabels: selector },
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    });
  });

  it("has alerts and a dashboard of its own namespace, and the label that Prometheus selects them by", async () => {
    const namespace = "koa-mongo-stack-test-auto";
    const run = await runProgram({ metrics: "serviceMonitor" });
    for (const kind of ["ServiceMonitor", "PrometheusRule"]) {
      expect(run.the(kind).inputs.metadata.labels).to.include({ release: "kube-prometheus-stack" });
    }
    const rules = JSON.stringify(run.the("PrometheusRule").inputs.spec);
    expect(rules).to.include(`{namespace=\\"${namespace}\\"`);
    expect(rules).not.to.include("namespace=~");
    const config = run.of("ConfigMap").find(({ name }) => name === "monitoring-dashboard")?.inputs;
    expect(Object.keys(config.data)).to.deep.equal([`${namespace}.json`]);
    const { uid, title, templating } = JSON.parse(config.data[`${namespace}.json`]);
    expect({ uid, title }).to.deep.equal({ uid: namespace, title: namespace });
    expect(templating.list[1]).to.include({ name: "namespace", type: "constant", query: namespace });
    const plain = await runProgram({ metrics: "serviceMonitor", metricsLabels: "" });
    expect(plain.the("ServiceMonitor").inputs.metadata.labels).not.to.have.property("release");
  });

  it("is found by Prometheus' operator, with its alerts and dashboard", async () => {
    const run = await runProgram({ metrics: "serviceMonitor" });
    expect(rejectedNames([run.the("ServiceMonitor"), run.the("PrometheusRule")])).to.deep.equal([]);
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
    expect(JSON.parse(dashboard.data["koa-mongo-stack-test-auto.json"])).to.include({
      title: "koa-mongo-stack-test-auto",
    });
  });
});
